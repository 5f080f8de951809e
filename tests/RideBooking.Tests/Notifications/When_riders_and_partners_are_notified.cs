using System.Net;
using System.Text.Json.Nodes;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using RideBooking.Notifications.Deliveries;
using RideBooking.Platform.Persistence;
using RideBooking.TestKit.Api;
using RideBooking.Tests.Host;
using RideBooking.Tests.Operations.Alerts;

namespace RideBooking.Tests.Notifications;

/// <summary>The whole application with a mail server and a partner.</summary>
public sealed class When_riders_and_partners_are_notified
{
    static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Each_gets_what_concerns_them_once_even_if_the_notifications_are_replayed()
    {
        await using var mail = new SmtpDouble();
        await using var partner = new Receiver();
        await using var lab = await CityLab.Start(
            ("Notifications:Email:Host", "127.0.0.1"),
            ("Notifications:Email:Port", $"{mail.Port}"),
            ("Notifications:Email:Security", "None"),
            ("Notifications:Email:From", "rides@example.org"),
            ("Notifications:Webhooks:AllowPrivateTargets", "true")
        );
        var operations = await lab.City.Operator();
        (
            await operations.Post(
                "operations/partners",
                new JsonObject
                {
                    ["name"] = "Hotel",
                    ["url"] = partner.PlainUrl,
                    ["eventTypes"] = new JsonArray("DriverAssigned", "RideStarted", "RideCompleted"),
                    ["reason"] = "a contract",
                }
            )
        ).ShouldBe(HttpStatusCode.Created);
        await Passes(lab, "the log is read", () => Task.FromResult(true));

        var (rider, driver) = (await lab.City.Rider(), await lab.City.DriverAt(City.Alexanderplatz));
        await rider.Put("riders/me/profile", new JsonObject { ["email"] = "ada@example.org", ["language"] = "de" });
        var rideId = await rider.Request(City.Alexanderplatz, City.Zoo);
        await driver.Drives(rideId);
        await rider.SeesPayment(rideId, "captured");
        await lab.Settle();
        await Passes(
            lab,
            "all is sent",
            () => Task.FromResult(mail.Messages.Count == 1 && partner.Received.Count == 3)
        );

        mail.Messages.Single().Subject.ShouldBe("Ihre Quittung");
        partner
            .Received.Select(received => received.Text("event_type"))
            .ShouldBe(["DriverAssigned", "RideStarted", "RideCompleted"]);
        partner.Received.ShouldAllBe(received => received.Text("stream_id") == rideId);

        var replay = (
            await operations.Post(
                "operations/replays",
                new JsonObject { ["projection"] = "notifications", ["reason"] = "a test" }
            )
        ).ShouldBe(HttpStatusCode.Accepted);
        await Passes(
            lab,
            "the replay ends",
            async () => (await operations.Get($"operations/replays/{replay.Text("id")}")).Text("status") == "completed"
        );
        for (var seconds = 0; seconds < 20; seconds += 5)
            await lab.Advance(TimeSpan.FromSeconds(5));
        (mail.Messages.Count, partner.Received.Count).ShouldBe((1, 3));
        await using var scope = lab.Services.CreateAsyncScope();
        (await scope.ServiceProvider.GetRequiredService<AppDbContext>().Set<Delivery>().ToListAsync(Stop)).ShouldAllBe(
            delivery => delivery.Status == Delivery.Delivered && delivery.Attempts == 1
        );
    }

    static Task Passes(CityLab lab, string what, Func<Task<bool>> holds) =>
        WaitFor.TrueAsync(
            what,
            async () =>
            {
                await lab.Advance(TimeSpan.FromSeconds(6));
                return await holds();
            }
        );
}
