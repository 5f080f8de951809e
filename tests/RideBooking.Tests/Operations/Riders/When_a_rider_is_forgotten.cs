using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using MassTransit;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using RideBooking.Cli;
using RideBooking.Contracts;
using RideBooking.EventLog;
using RideBooking.Platform.Persistence;
using RideBooking.TestKit.Api;
using RideBooking.Tests.Cli;
using RideBooking.Tests.Host;
using RideBooking.Tests.Operations.FailedMessages;

namespace RideBooking.Tests.Operations.Riders;

public sealed class When_a_rider_is_forgotten(ListeningHost host) : IClassFixture<ListeningHost>
{
    // Nothing else in the database says this.
    const string Street = "Zyxwvutstraße 17";
    const string Words = "quirkafleeg driving";

    static readonly DateTimeOffset s_now = DateTimeOffset.UtcNow;

    static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Their_places_and_words_are_gone_and_everything_else_still_works()
    {
        var operations = await host.City.Operator();
        var (rider, ride) = await Drive(-20);
        var (other, otherRide) = await Drive(-30);
        var riderId = (await rider.Get($"rides/{ride}")).Text("riderId");
        (await TablesWith(Street)).ShouldNotBeEmpty();
        var receipt = (await rider.Get($"rides/{ride}/receipt")).ShouldBe(HttpStatusCode.OK).Text("number");

        var forgotten = (await Forget(operations, riderId)).ShouldBe(HttpStatusCode.OK);

        await WaitFor.TrueAsync("the modules have redacted", async () => (await TablesWith(Street, Words)).Count == 0);
        (await Forget(operations, riderId))
            .ShouldBe(HttpStatusCode.OK)
            .Text("forgottenAt")
            .ShouldBe(forgotten.Text("forgottenAt"));
        foreach (
            var path in new[]
            {
                $"rides/{ride}",
                $"rides/{ride}?atVersion=1",
                $"rides/{ride}/history",
                $"events?rideId={ride}",
            }
        )
        {
            var text = (await operations.Get(path)).ShouldBe(HttpStatusCode.OK).Body!.ToJsonString();
            text.ShouldContain("redacted", Case.Sensitive, path);
            text.ShouldNotContain(Words, Case.Sensitive, path);
        }
        (await rider.Get($"rides/{ride}/receipt")).ShouldBe(HttpStatusCode.OK).Text("number").ShouldBe(receipt);
        (
            await rider.Post(
                "rides",
                new JsonObject { ["pickup"] = City.Place(-20, 10), ["dropoff"] = City.Place(-20, 10.08) }
            )
        ).ShouldBe(HttpStatusCode.Conflict, "rider_forgotten");
        (await rider.Post("riders/me/payment-methods", new JsonObject { ["token"] = "tok_visa" })).ShouldBe(
            HttpStatusCode.Conflict,
            "rider_forgotten"
        );
        (await operations.Get("operations/audit?limit=100")).Body!["items"]!
            .AsArray()
            .ShouldContain(entry => entry!["riderId"] != null && entry["riderId"]!.ToString() == riderId);
        (await other.Get($"rides/{otherRide}")).Body!.ToJsonString().ShouldContain("other street");
        await AuditFindsNothing();
    }

    [Fact]
    public async Task Their_failed_messages_are_redacted_with_the_originals_and_the_changes_of_edits()
    {
        var operations = await host.City.Operator();
        var (rider, ride) = await Drive(-20);
        var riderId = (await rider.Get($"rides/{ride}")).Text("riderId");
        var place = new Place(1, 2, Street);
        var id = Guid.Parse(ride);
        var requested = new RideRequested(id, riderId, place, place, "standard", null, null, null, null, s_now);
        var failedEvent = await host.Services.Fail("track-assignments", requested);
        var edited = await operations.Get($"operations/failed-messages/{failedEvent}");
        var message = edited.Body!["message"]!.DeepClone();
        message["pickup"]!["address"] = $"{Street} c";
        (
            await operations.Put(
                $"operations/failed-messages/{failedEvent}/body",
                new JsonObject
                {
                    ["message"] = message,
                    ["bodyHash"] = edited.Text("bodyHash"),
                    ["reason"] = "a wrong number",
                }
            )
        ).ShouldBe(HttpStatusCode.OK);
        // Valid JSON that cannot be written again.
        var broken = Encoding.UTF8.GetString(
            StoredFailures.Envelope(
                MessageUrn.ForTypeString<RideRequested>(),
                new JsonObject
                {
                    ["rideId"] = ride,
                    ["vehicleClass"] = "half",
                    ["pickup"] = Words,
                }
            )
        );
        await host.Services.FailRaw(
            "compute-fare_error",
            Encoding.UTF8.GetBytes(broken.Replace("\"half\"", "\"\\ud800\""))
        );
        var command = new JsonObject { ["rideId"] = ride, ["to"] = Words };
        var failedCommand = await host.Services.FailRaw(
            "compute-fare_error",
            StoredFailures.Envelope("urn:message:Some:Command", command)
        );

        (await Forget(operations, riderId)).ShouldBe(HttpStatusCode.OK);

        await WaitFor.TrueAsync("the modules have redacted", async () => (await TablesWith(Street, Words)).Count == 0);
        var redacted = await operations.Get($"operations/failed-messages/{failedEvent}");
        redacted.Text("state").ShouldBe("failed", "an event can still be redriven");
        redacted.Body!["message"]!["pickup"]!["address"]!.ToString().ShouldBe("redacted");
        redacted.Body["message"]!["riderId"]!.ToString().ShouldBe(riderId);
        redacted.Body["history"]!.AsArray().Single()!["reason"]!.ToString().ShouldBe("a wrong number");
        var deleted = await operations.Get($"operations/failed-messages/{failedCommand}");
        deleted.Text("state").ShouldBe("discarded");
        deleted.Body!["history"]!.AsArray()[^1]!["reason"]!.ToString().ShouldContain("forgotten");
        var restore = new JsonObject { ["ids"] = new JsonArray(failedCommand), ["reason"] = "a test" };
        (await operations.Post("operations/failed-messages/restore", restore)).ShouldBe(HttpStatusCode.OK).Body![
            "restored"
        ]!
            .GetValue<int>()
            .ShouldBe(0, "there is nothing to redrive");
    }

    [Fact]
    public async Task It_waits_until_their_rides_have_ended()
    {
        var operations = await host.City.Operator();
        var rider = await host.City.Rider();
        var ride = await rider.Request(City.Place(-40, 10), City.Place(-40, 10.08));
        var riderId = (await rider.Get($"rides/{ride}")).Text("riderId");

        (await Forget(operations, riderId)).ShouldBe(HttpStatusCode.Conflict, "rider_has_open_ride");
        await rider.Post($"rides/{ride}/cancel", new JsonObject { ["reason"] = "changed my mind" });
        await WaitFor.TrueAsync(
            "the rider is forgotten when the cancelled ride costs nothing",
            async () => (await Forget(operations, riderId)).Status == HttpStatusCode.OK
        );
    }

    [Fact]
    public async Task Only_operators_do_it_with_a_reason_and_by_command_too()
    {
        var rider = await host.City.Rider();
        (await Forget(rider, "somebody")).ShouldBe(HttpStatusCode.Forbidden, "forbidden");
        var operations = await host.City.Operator();
        (await operations.Post("operations/riders/somebody/forget", new JsonObject { ["reason"] = " " })).ShouldBe(
            HttpStatusCode.BadRequest,
            "validation_failed"
        );
        string[] forget = ["forget", "never/rode", "--reason", "asked by letter"];
        (await host.Run(forget)).ShouldEnd(ExitCode.NotFound).Error.ShouldContain("(rider_not_found)");
        (await host.Run([.. forget, "--even-if-unknown"]))
            .ShouldEnd(ExitCode.Done)
            .Out.ShouldStartWith("The rider was forgotten at ");
    }

    [Fact]
    public async Task A_mistyped_id_is_not_forgotten()
    {
        var riderId = $"rider-{Guid.CreateVersion7():N}";
        var (operations, rider) = (await host.City.Operator(), await host.City.Rider(riderId));

        (await Forget(operations, riderId)).ShouldBe(HttpStatusCode.NotFound, "rider_not_found");

        var added = await rider.Post("riders/me/payment-methods", new JsonObject { ["token"] = "tok_visa" });
        added.ShouldBe(HttpStatusCode.Created);
        (await Forget(operations, riderId)).ShouldBe(HttpStatusCode.OK);
        (await Forget(operations, riderId)).ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task An_unknown_id_is_forgotten_if_that_is_meant()
    {
        var riderId = $"rider-{Guid.CreateVersion7():N}";
        var (operations, rider) = (await host.City.Operator(), await host.City.Rider(riderId));

        (await Forget(operations, riderId, evenIfUnknown: true)).ShouldBe(HttpStatusCode.OK);

        (await rider.Post("riders/me/payment-methods", new JsonObject { ["token"] = "tok_visa" })).ShouldBe(
            HttpStatusCode.Conflict,
            "rider_forgotten"
        );
        // Now it is known.
        (await Forget(operations, riderId)).ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task An_id_may_have_a_slash()
    {
        var operations = await host.City.Operator();

        (await Forget(operations, "https%3A%2F%2Fidp%2F7", evenIfUnknown: true))
            .ShouldBe(HttpStatusCode.OK)
            .Text("riderId")
            .ShouldBe("https://idp/7");
    }

    [Fact]
    public async Task Requests_at_the_same_time_have_one_effect()
    {
        var operations = await host.City.Operator();

        var answers = await Task.WhenAll(
            Enumerable.Range(0, 8).Select(_ => Forget(operations, "forgotten-by-many", evenIfUnknown: true))
        );

        answers.Select(answer => answer.ShouldBe(HttpStatusCode.OK).Text("forgottenAt")).Distinct().Count().ShouldBe(1);
    }

    [Fact]
    public async Task A_repeat_redacts_what_was_stored_at_the_moment_of_the_first_request()
    {
        var operations = await host.City.Operator();
        var (rider, ride) = await Drive(-20);
        var riderId = (await rider.Get($"rides/{ride}")).Text("riderId");
        (await Forget(operations, riderId)).ShouldBe(HttpStatusCode.OK);
        await WaitFor.TrueAsync("the modules have redacted", async () => (await TablesWith(Street, Words)).Count == 0);
        // A ride that escaped the first request would look like this.
        await using (var scope = host.Services.CreateAsyncScope())
            await scope
                .ServiceProvider.GetRequiredService<AppDbContext>()
                .Database.ExecuteSqlAsync(
                    $"UPDATE rides_rides SET pickup_address = {Words} WHERE rider_id = {riderId}",
                    Stop
                );

        (await Forget(operations, riderId)).ShouldBe(HttpStatusCode.OK);

        await WaitFor.TrueAsync("the ride is redacted, too", async () => (await TablesWith(Words)).Count == 0);
    }

    static Task<Answer> Forget(Person person, string riderId, bool evenIfUnknown = false)
    {
        var request = new JsonObject { ["reason"] = "asked by letter" };
        if (evenIfUnknown)
            request["evenIfUnknown"] = true;
        return person.Post($"operations/riders/{riderId}/forget", request);
    }

    async Task<(Rider Rider, string RideId)> Drive(int corner)
    {
        var (from, to) = (City.Place(corner, 10), City.Place(corner, 10.08));
        var driver = await host.City.DriverAt(from);
        // Of the rider's places only; where a driver begins a shift is the driver's.
        (from["address"], to["address"]) = corner == -20 ? (Street, Street + " b") : ("other street", "other street");
        var rider = await host.City.Rider();
        var ride = await rider.Request(from, to);
        await driver.Drives(ride);
        await rider.SeesPayment(ride, "captured");
        await rider.Post(
            $"rides/{ride}/rating",
            new JsonObject { ["stars"] = 5, ["comment"] = corner == -20 ? Words : "thanks" }
        );
        return (rider, ride);
    }

    /// <summary>
    /// Returns the tables with one of the texts, except those of messages on their way and answers to repeated requests, which
    /// expire.
    /// </summary>
    async Task<List<string>> TablesWith(params string[] texts)
    {
        await using var scope = host.Services.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<AppDbContext>();
        List<string> found = [];
        foreach (var entity in db.Model.GetEntityTypes().Where(entity => !entity.IsOwned()))
        {
            var table = entity.GetSchemaQualifiedTableName()!.Replace('.', '_');
            if (table.StartsWith("messaging_", StringComparison.Ordinal) || table == "platform_idempotency_keys")
                continue;
            foreach (var text in texts)
            {
                await using var command = db.Database.GetDbConnection().CreateCommand();
                await db.Database.OpenConnectionAsync(Stop);
                var columns = await Columns(db, table);
                command.CommandText =
                    $"SELECT COUNT(*) FROM \"{table}\" WHERE {string.Join(" OR ", columns.Select(column => $"CAST(\"{column}\" AS TEXT) LIKE '%{text}%'"))}";
                if ((long)(await command.ExecuteScalarAsync(Stop))! > 0)
                    found.Add(table);
            }
        }
        return found;
    }

    static async Task<List<string>> Columns(AppDbContext db, string table)
    {
        await using var command = db.Database.GetDbConnection().CreateCommand();
        command.CommandText = $"SELECT name FROM pragma_table_info('{table}')";
        await using var reader = await command.ExecuteReaderAsync(Stop);
        List<string> columns = [];
        while (await reader.ReadAsync(Stop))
            columns.Add(reader.GetString(0));
        return columns;
    }

    async Task AuditFindsNothing()
    {
        await using var scope = host.Services.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<AppDbContext>();
        while (await HashChain.Extend(db, Stop) > 0) { }
        (await host.Run("audit")).ShouldEnd(ExitCode.Done);
    }
}
