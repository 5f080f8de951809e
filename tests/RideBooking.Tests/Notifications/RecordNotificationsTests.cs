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
    NotificationsLab _lab = null!;

    static CancellationToken Stop => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _lab = await NotificationsLab.Open();

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
                    NotificationTemplates.ReplacementOf("rideOffered")!.English.Text,
                    "From Alexanderplatz, 4 minutes away, to 52.5072, 13.3325, for 12.40 EUR.",
                ],
                ignoreOrder: true
            );
        (await Kinds("rider", "rider-1")).ShouldBe(["rideCancelled"]);
    }

    [Fact]
    public async Task Notifications_are_read_in_the_language_that_the_reader_prefers()
    {
        var ride = new RideOf();
        await _lab.Deliver(ride.Offered);
        await _lab.Deliver(ride.Fared);

        var (german, language) = await ListIn("de-AT, en;q=0.5", "rider", "rider-1");
        (language, german["title"]!.ToString(), german["text"]!.ToString()).ShouldBe(
            ("de", "Ihr Fahrpreis", "Ihre Fahrt kostet 12,40 EUR.")
        );
        (german, language) = await ListIn("fr", "rider", "rider-1");
        (language, german["text"]!.ToString()).ShouldBe(("en", "Your ride costs 12.40 EUR."));
        (german, _) = await ListIn("de", "driver", "driver-anna");
        german["title"]!.ToString().ShouldBe("Eine Fahrt für Sie");

        await _lab.Deliver(new RiderForgotten("rider-1", RideOf.T0));
        (await _lab.All<Notification>())
            .Single(row => row.Kind == "rideOffered")
            .In("de")
            .Text.ShouldBe("Die Daten dieser Fahrt wurden gelöscht.");
    }

    [Fact]
    public async Task A_row_from_before_there_were_languages_is_shown_as_it_is()
    {
        var ride = new RideOf();
        await _lab.Deliver(ride.Fared);
        await _lab.In(db =>
            db.Set<Notification>()
                .ExecuteUpdateAsync(
                    set =>
                        set.SetProperty(row => row.Template, (string?)null).SetProperty(row => row.Data, (string?)null),
                    Stop
                )
        );
        (await ListIn("de", "rider", "rider-1")).Item["text"]!.ToString().ShouldBe("Your ride costs 12.40 EUR.");
    }

    [Fact]
    public async Task A_notification_about_no_ride_names_none()
    {
        await _lab.Deliver(new DriverWentOffline("driver-anna", Guid.CreateVersion7(), "silent", RideOf.T0));
        var item = (await List("driver", "driver-anna"))["items"]!.AsArray().Single()!;
        (item["kind"]!.ToString(), item["rideId"]).ShouldBe(("takenOffDuty", null));
    }

    [Fact]
    public async Task Operators_see_which_rides_need_attention()
    {
        var ride = new RideOf();
        await _lab.Deliver(
            new RideNeedsAttention(ride.RideId, "arrivedTooSoon", RideOf.T0, "It took 3 s.", "driver-anna", RideOf.T0)
        );
        var client = await _lab.App.As("operator");
        var list = await client.GetFromJsonAsync<JsonObject>("/api/v1/operations/notifications", Stop);
        list!["items"]!.AsArray().Single()!["rideId"]!.ToString().ShouldBe(ride.RideId.ToString());
        await (await (await _lab.App.As("rider")).GetAsync("/api/v1/operations/notifications", Stop)).ShouldBeProblem(
            403,
            "forbidden"
        );
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

    async Task<(JsonNode Item, string Language)> ListIn(string acceptLanguage, string role, string subject)
    {
        using var client = await _lab.App.As(role, subject);
        client.DefaultRequestHeaders.Add("Accept-Language", acceptLanguage);
        var answer = await client.GetAsync($"/api/v1/{role}s/me/notifications", Stop);
        answer.Headers.Vary.ShouldContain("Accept-Language");
        var page = JsonNode.Parse(await answer.Content.ReadAsStringAsync(Stop))!;
        return (page["items"]![0]!, answer.Content.Headers.ContentLanguage.ShouldHaveSingleItem());
    }

    async Task<JsonObject> List(string role, string subject, string query = "")
    {
        var client = await _lab.App.As(role, subject);
        return (await client.GetFromJsonAsync<JsonObject>($"/api/v1/{role}s/me/notifications{query}", Stop))!;
    }
}
