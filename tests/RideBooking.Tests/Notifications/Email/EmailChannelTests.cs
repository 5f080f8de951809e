using System.Net;
using Microsoft.Extensions.Configuration;
using RideBooking.Contracts;
using RideBooking.Notifications.Contacts;
using RideBooking.Notifications.Deliveries;
using RideBooking.Notifications.Email;
using RideBooking.Platform.Configuration;
using RideBooking.TestKit.Contracts;

namespace RideBooking.Tests.Notifications.Email;

public sealed class EmailChannelTests : IAsyncLifetime
{
    NotificationsLab _lab = null!;

    public async ValueTask InitializeAsync()
    {
        _lab = await NotificationsLab.Open(email: true);
        // The log is read from its end: what happened before is not sent.
        await _lab.Deliver(new RideOf().Receipted);
        await _lab.Create();
    }

    public ValueTask DisposeAsync() => _lab.DisposeAsync();

    [Fact]
    public async Task A_rider_with_an_address_gets_an_email_in_their_language()
    {
        (await _lab.Profile("rider-1", "ada@example.org", "de")).StatusCode.ShouldBe(HttpStatusCode.OK);
        await _lab.Deliver(new RideOf().Receipted);
        (await _lab.Send()).ShouldBe(1);
        (await _lab.Send()).ShouldBe(0, "it is delivered");

        var message = _lab.Mail.Messages.ShouldHaveSingleItem();
        message.To.ToString().ShouldBe("ada@example.org");
        message.From.ToString().ShouldBe("\"Rides\" <rides@example.org>");
        message.Subject.ShouldBe("Ihre Quittung");
        message.TextBody!.Trim().ShouldBe("Die Quittung R-2026-000001 über 12,40 EUR liegt bereit.");
        message.Body!.Headers["Content-Language"].ShouldBe("de");
        message.Date.ShouldBe(_lab.Now);
        (await _lab.Delivery()).Status.ShouldBe(Delivery.Delivered);
    }

    [Fact]
    public async Task Only_what_matters_afterwards_is_sent_and_only_to_those_who_gave_an_address()
    {
        await _lab.Profile("rider-1", "ada@example.org");
        var (ride, other) = (new RideOf(), new RideOf("rider-2"));
        foreach (
            object happened in new object[] { ride.Assigned, ride.Arrived, ride.Captured, other.Receipted, ride.Owed }
        )
            await _lab.Deliver(happened);
        await _lab.Send();
        _lab.Mail.Messages.Select(message => message.Subject).ShouldBe(["You have an unpaid ride"]);
    }

    [Fact]
    public async Task An_event_that_comes_twice_is_sent_once_also_by_another_host()
    {
        await _lab.Profile("rider-1", "ada@example.org");
        var (ride, id) = (new RideOf(), Guid.CreateVersion7());
        await _lab.Deliver(ride.Receipted, id);
        await _lab.Deliver(ride.Receipted, id);
        (await _lab.Send()).ShouldBe(1);

        // Another host goes on where the first one was.
        _lab.Clock.Advance(TimeSpan.FromMinutes(1));
        await _lab.Create(_lab.Creator());
        (await _lab.Send()).ShouldBe(0);
        _lab.Mail.Messages.Count.ShouldBe(1);
    }

    [Fact]
    public async Task What_the_server_does_not_accept_now_is_tried_again_with_the_same_id_for_about_an_hour()
    {
        await _lab.Profile("rider-1", "ada@example.org");
        await _lab.Deliver(new RideOf().Receipted);
        _lab.Mail.Message = "451 Try later";
        (await _lab.Send()).ShouldBe(1);
        (await _lab.Delivery()).LastError.ShouldBe("The mail server refused the message (451).");

        _lab.Mail.Message = "250 OK";
        _lab.Mail.BreaksAfterMessage = true;
        _lab.Clock.Advance(SendDeliveries.Pauses[0]);
        (await _lab.Send()).ShouldBe(1);
        (await _lab.Delivery()).Status.ShouldBe(Delivery.Pending);
        _lab.Mail.BreaksAfterMessage = false;
        _lab.Clock.Advance(SendDeliveries.Pauses[1]);
        (await _lab.Send()).ShouldBe(1);

        _lab.Mail.Messages.Count.ShouldBe(2);
        _lab.Mail.Messages.Select(message => message.MessageId).Distinct().ShouldHaveSingleItem();
        SendDeliveries
            .Pauses.Aggregate(TimeSpan.Zero, (sum, pause) => sum + pause)
            .ShouldBeInRange(TimeSpan.FromMinutes(55), TimeSpan.FromMinutes(70));
    }

    [Fact]
    public async Task An_address_that_does_not_exist_fails_at_once_and_the_error_does_not_name_it()
    {
        await _lab.Profile("rider-1", "ada@example.org");
        await _lab.Deliver(new RideOf().Receipted);
        _lab.Mail.Recipient = "550 ada@example.org is unknown";
        (await _lab.Send()).ShouldBe(1);
        var failed = await _lab.Delivery();
        (failed.Status, failed.LastError).ShouldBe((Delivery.Failed, "The mail server refused the recipient (550)."));
        _lab.App.Log.ShouldNotContain(line => line.Message.Contains("ada@example.org"));

        // The rider corrects it, and an operator redrives it.
        _lab.Mail.Recipient = "250 OK";
        await _lab.Profile("rider-1", "ada@example.com");
        var listed = (await _lab.Get("email-deliveries?state=failed"))["items"]!.AsArray().ShouldHaveSingleItem()!;
        (await _lab.Post($"email-deliveries/{listed["id"]}/redrive", new { reason = "corrected" })).StatusCode.ShouldBe(
            HttpStatusCode.Accepted
        );
        (await _lab.Send()).ShouldBe(1);
        _lab.Mail.Messages.ShouldHaveSingleItem().To.ToString().ShouldBe("ada@example.com");
        _lab.Actions.ShouldBe([("redrive-delivery", "olga", "corrected")]);
    }

    [Fact]
    public async Task Nothing_is_sent_to_a_rider_who_was_forgotten_meanwhile()
    {
        await _lab.Profile("rider-1", "ada@example.org");
        await _lab.Deliver(new RideOf().Receipted);
        await _lab.Create();
        await _lab.Deliver(new RiderForgotten("rider-1", _lab.Now));
        (await _lab.All<Contact>()).ShouldBeEmpty();
        await _lab.Send();
        _lab.Mail.Messages.ShouldBeEmpty();
        (await _lab.Delivery()).Status.ShouldBe(Delivery.Failed);
    }

    [Fact]
    public async Task Without_a_mail_server_nothing_is_created()
    {
        await using var lab = await NotificationsLab.Open();
        await lab.Create();
        await lab.Profile("rider-1", "ada@example.org");
        await lab.Deliver(new RideOf().Receipted);
        (await lab.Send()).ShouldBe(0);
        (await lab.All<Delivery>()).ShouldBeEmpty();
    }

    [Theory]
    [InlineData("Notifications:Email:From", "")]
    [InlineData("Notifications:Email:From", "nowhere")]
    [InlineData("Notifications:Email:Port", "0")]
    [InlineData("Notifications:Email:Security", "perhaps")]
    [InlineData("Notifications:Email:User", "ada")]
    public void A_wrong_setting_is_named(string key, string value)
    {
        var settings = new Dictionary<string, string?>
        {
            ["Notifications:Email:Host"] = "mail.example.org",
            ["Notifications:Email:From"] = "rides@example.org",
            [key] = value,
        };
        Should
            .Throw<ConfigurationException>(() =>
                EmailOptions.Read(new ConfigurationBuilder().AddInMemoryCollection(settings).Build())
            )
            .Message.ShouldContain(key);
    }
}
