using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using MassTransit.EntityFrameworkCoreIntegration;
using Microsoft.EntityFrameworkCore;
using RideBooking.Contracts;
using RideBooking.Notifications;
using RideBooking.TestKit.Contracts;
using RideBooking.Tests.Platform.Http;

namespace RideBooking.Tests.Notifications;

public sealed class RecordNotificationsTests : IAsyncLifetime
{
    ModuleLab _lab = null!;

    static CancellationToken Stop => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _lab = await ModuleLab.Open(new NotificationsModule());

    public ValueTask DisposeAsync() => _lab.DisposeAsync();

    [Fact]
    public async Task A_completed_ride_notifies_from_the_assignment_to_the_receipt()
    {
        var ride = new RideOf();
        await _lab.Deliver(ride.Offered);
        await _lab.Deliver(ride.Assigned);
        await _lab.Deliver(ride.Arrived);
        await _lab.Deliver(ride.Started);
        await _lab.Deliver(ride.Completed);
        await _lab.Deliver(ride.Fared);
        await _lab.Deliver(ride.Captured);
        await _lab.Deliver(ride.Receipted);

        (await Kinds("rider", "rider-1")).ShouldBe([
            "receiptIssued",
            "paymentCaptured",
            "fareFinalized",
            "rideCompleted",
            "rideStarted",
            "driverArrived",
            "driverAssigned",
        ]);
        (await Kinds("driver", "driver-anna")).ShouldBe(["rideOffered"]);
    }

    [Fact]
    public async Task A_ride_that_is_not_completed_notifies_both()
    {
        var ride = new RideOf();
        await _lab.Deliver(ride.Released);
        await _lab.Deliver(ride.NotServed);
        await _lab.Deliver(ride.Cancelled);
        await _lab.Deliver(ride.FeeOf(4));
        await _lab.Deliver(ride.FeeOf(0));
        await _lab.Deliver(ride.Failed);
        await _lab.Deliver(ride.Owed);
        await _lab.Deliver(ride.Settled);

        (await Kinds("rider", "rider-1")).ShouldBe(
            [
                "balanceSettled",
                "balanceOutstanding",
                "paymentFailed",
                "cancellationFee",
                "rideCancelled",
                "noDriverFound",
                "searchingAgain",
            ],
            ignoreOrder: true
        );
        (await Kinds("driver", "driver-anna")).ShouldBe(["rideCancelled", "rideWithdrawn"]);
    }

    [Fact]
    public async Task The_same_event_twice_notifies_once()
    {
        var (ride, id) = (new RideOf(), Guid.CreateVersion7());
        await _lab.Deliver(ride.Cancelled, id);
        await _lab.Deliver(ride.Cancelled, id);
        (await Kinds("rider", "rider-1")).ShouldBe(["rideCancelled"]);
        (await Kinds("driver", "driver-anna")).ShouldBe(["rideCancelled"]);
    }

    [Fact]
    public async Task The_offers_of_a_forgotten_riders_rides_no_longer_say_where_these_went()
    {
        foreach (var ride in new[] { new RideOf("rider-1"), new RideOf("rider-2") })
        {
            await _lab.Deliver(ride.Offered);
            await _lab.Deliver(ride.Cancelled);
        }
        for (var time = 0; time < 2; time++)
            await _lab.Deliver(new RiderForgotten("rider-1", RideOf.T0));

        (await _lab.All<Notification>())
            .Where(row => row.Kind == "rideOffered")
            .Select(row => row.Text)
            .ShouldBe(
                [
                    NotificationTemplates.ForgottenOffer,
                    "From Alexanderplatz, 4 minutes away, to 52.5072, 13.3325, for 12.40 EUR.",
                ],
                ignoreOrder: true
            );
        (await Kinds("rider", "rider-1")).ShouldBe(["rideCancelled"]);
    }

    [Fact]
    public async Task One_person_who_is_rider_and_driver_keeps_the_two_apart()
    {
        await _lab.Deliver(new RideOf("ada", "ada").Cancelled);
        (await List("rider", "ada"))["items"]!.AsArray().Single()!["text"]!.ToString().ShouldStartWith("You cancelled");
        (await List("driver", "ada"))["items"]!.AsArray().Single()!["text"]!
            .ToString()
            .ShouldStartWith("The rider cancelled");
    }

    [Fact]
    public async Task A_list_is_read_page_by_page_newest_first_even_where_many_happened_at_once()
    {
        foreach (var start in new[] { 0, 0, 0, 5, 0 })
            await _lab.Deliver(new RideOf { Start = RideOf.T0.AddMinutes(start) }.Assigned);

        var (items, cursor) = (new List<JsonNode>(), "");
        do
        {
            var page = await List("rider", "rider-1", $"?limit=2&cursor={cursor}");
            items.AddRange(page["items"]!.AsArray()!);
            cursor = page["nextCursor"]?.ToString();
        } while (cursor is not null);

        items.Count.ShouldBe(5);
        items.Select(item => item["id"]!.ToString()).ShouldBeUnique();
        items[0]["at"]!.ToString().ShouldBe("2026-01-10T10:37:00Z");
        items.Skip(1).ShouldAllBe(item => item["at"]!.ToString() == "2026-01-10T10:32:00Z");
    }

    [Fact]
    public async Task An_item_names_its_subject()
    {
        var ride = new RideOf();
        await _lab.Deliver(ride.Receipted);
        var item = (await List("rider", "rider-1"))["items"]!.AsArray().Single()!.AsObject();
        item.Select(member => member.Key).ShouldBe(["id", "kind", "title", "text", "rideId", "at"]);
        item["rideId"]!.ToString().ShouldBe(ride.RideId.ToString());
        item["title"]!.ToString().ShouldBe("Your receipt");
    }

    [Fact]
    public async Task Notifications_are_visible_to_their_recipient_only()
    {
        await _lab.Deliver(new RideOf().Cancelled);
        (await Kinds("rider", "rider-2")).ShouldBeEmpty();
        (await Kinds("driver", "rider-1")).ShouldBeEmpty();
        var driver = await _lab.App.As("driver", "driver-anna");
        await (await driver.GetAsync("/api/v1/riders/me/notifications", Stop)).ShouldBeProblem(403, "forbidden");
        (await _lab.App.Client.GetAsync("/api/v1/riders/me/notifications", Stop)).StatusCode.ShouldBe(
            HttpStatusCode.Unauthorized
        );
    }

    async Task<IEnumerable<string>> Kinds(string role, string subject) =>
        (await List(role, subject))["items"]!.AsArray().Select(item => item!["kind"]!.ToString());

    async Task<JsonObject> List(string role, string subject, string query = "")
    {
        var client = await _lab.App.As(role, subject);
        return (await client.GetFromJsonAsync<JsonObject>($"/api/v1/{role}s/me/notifications{query}", Stop))!;
    }
}
