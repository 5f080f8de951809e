using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Nodes;
using MassTransit.Serialization;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using RideBooking.Contracts;
using RideBooking.Operations.FailedMessages;
using RideBooking.Platform.Persistence;
using RideBooking.Rides;
using RideBooking.TestKit.Api;
using RideBooking.TestKit.Contracts;
using RideBooking.Tests.Host;

namespace RideBooking.Tests.Operations.FailedMessages;

/// <summary>A producer's bug put wrong values into messages, and an operator corrects them. No retry or redelivery delays a failure.</summary>
public sealed class When_a_failed_message_is_edited(When_a_failed_message_is_edited.Host host)
    : IClassFixture<When_a_failed_message_is_edited.Host>
{
    const string Completed = "urn:message:RideBooking.Contracts:RideCompleted";

    static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_redrive_sends_the_edited_message_under_its_old_id_and_it_is_consumed()
    {
        var operations = await host.City.Operator();
        var messageId = Guid.CreateVersion7();
        var message = Valid();
        message["at"] = "yesterday";
        var id = await Fail(message, messageId);
        var before = await Get(operations, id);
        before["edited"]!.GetValue<bool>().ShouldBeFalse();
        before["originalMessage"].ShouldBeNull();

        var stored = await Edit(operations, id, Valid(message), before);

        stored.ShouldBe(HttpStatusCode.OK).Body!["stored"]!.GetValue<bool>().ShouldBeTrue();
        var change = stored.Body!["changes"]!.AsArray().Single()!;
        change["pointer"]!.ToString().ShouldBe("/at");
        change["kind"]!.ToString().ShouldBe("replaced");
        change["before"]!.ToString().ShouldBe("yesterday");

        var after = await Get(operations, id);
        after["edited"]!.GetValue<bool>().ShouldBeTrue();
        after["originalMessage"]!["at"]!.ToString().ShouldBe("yesterday");
        after["bodyHash"]!.ToString().ShouldBe(stored.Text("bodyHash"));
        stored.Response.Headers.ETag!.Tag.ShouldBe($"\"{stored.Text("bodyHash")}\"");
        var (was, now) = (before["body"]!.AsObject(), after["body"]!.AsObject());
        now["message"] = was["message"]!.DeepClone();
        now.ToJsonString().ShouldBe(was.ToJsonString(), "the envelope stays");

        await operations.Post(
            "operations/redrives",
            new JsonObject
            {
                ["selection"] = new JsonObject { ["ids"] = new JsonArray(id) },
                ["reason"] = "corrected",
            }
        );
        // The inbox knows it by its message id.
        var done = await operations.Until(
            "the message to be consumed",
            $"operations/failed-messages/{id}",
            answer => answer.Body!["outcome"]?.ToString() == "consumed"
        );
        done.Text("messageId").ShouldBe($"{messageId}");
        (await Edit(operations, id, Valid(), done.Body!)).ShouldBe(HttpStatusCode.Conflict, "message_not_failed");
    }

    [Fact]
    public async Task History_and_audit_say_who_edited_it_when_why_and_what_changed()
    {
        var operations = await host.City.Operator();
        var message = Valid();
        message["at"] = "yesterday";
        var id = await Fail(message);

        (await Edit(operations, id, Valid(message), await Get(operations, id), "the app's clock")).ShouldBe(
            HttpStatusCode.OK
        );

        var entry = (await Get(operations, id))["history"]!.AsArray().Single()!;
        entry["action"]!.ToString().ShouldBe("edited");
        entry["reason"]!.ToString().ShouldBe("the app's clock");
        entry["by"]!.ToString().ShouldNotBeNullOrEmpty();
        entry["changes"]!.AsArray().Single()!["before"]!.ToString().ShouldBe("yesterday");
        var audit = (await operations.Get("operations/audit")).Body!["items"]!.AsArray();
        var action = audit.Single(action => action!["rideId"]?.ToString() == message["rideId"]!.ToString())!;
        action["action"]!.ToString().ShouldBe("edit-message");
        action["queue"]!.ToString().ShouldBe("track-assignments_error");
        action["reason"]!.ToString().ShouldBe("the app's clock");
        action["count"]!.GetValue<int>().ShouldBe(1);
        (await operations.Get($"operations/failed-messages?rideId={message["rideId"]}")).Body!["items"]![0]!["edited"]!
            .GetValue<bool>()
            .ShouldBeTrue();
    }

    [Fact]
    public async Task The_original_is_kept_through_further_edits_and_further_failures()
    {
        var operations = await host.City.Operator();
        var messageId = Guid.CreateVersion7();
        var rideId = Guid.CreateVersion7();
        var message = Json(
            new BalanceWrittenOff(rideId, "rider-1", Guid.CreateVersion7(), Samples.Euro(3), "ops", "goodwill", Now)
        );
        var broken = message.DeepClone().AsObject();
        broken["at"] = "yesterday";
        var id = await host.Services.FailRaw(
            "record-write-off_error",
            StoredFailures.Envelope("urn:message:RideBooking.Contracts:BalanceWrittenOff", broken, messageId)
        );
        (await Edit(operations, id, message, await Get(operations, id))).ShouldBe(HttpStatusCode.OK);
        message["amount"]!["amount"] = "4.00";
        (await Edit(operations, id, message, await Get(operations, id))).ShouldBe(HttpStatusCode.OK);
        (await Get(operations, id))["originalMessage"]!["at"]!.ToString().ShouldBe("yesterday");

        // The ride was never invoiced, so the consumer fails.
        await operations.Post(
            "operations/redrives",
            new JsonObject
            {
                ["selection"] = new JsonObject { ["ids"] = new JsonArray(id) },
                ["reason"] = "corrected",
            }
        );
        var again = await operations.Until(
            "the message to fail again",
            $"operations/failed-messages?rideId={rideId}",
            answer => answer.Body!["items"]!.AsArray().Count == 1
        );

        var next = await Get(operations, again.Body!["items"]![0]!["id"]!.ToString());
        next["id"]!.ToString().ShouldNotBe(id);
        next["messageId"]!.ToString().ShouldBe($"{messageId}");
        next["message"]!["amount"]!["amount"]!.ToString().ShouldBe("4.00");
        next["edited"]!.GetValue<bool>().ShouldBeTrue();
        next["originalMessage"]!["at"]!.ToString().ShouldBe("yesterday");
        Actions(next).ShouldBe(["edited", "edited", "redriven"]);
    }

    [Fact]
    public async Task A_dry_run_shows_the_changes_and_stores_nothing()
    {
        var operations = await host.City.Operator();
        var id = await Fail(Valid());
        var before = await Get(operations, id);
        var message = before["message"]!.DeepClone().AsObject();
        message["distanceMeters"] = 4200;
        message.Remove("tolls");

        var shown = await Put(operations, id, Request(message, before, dryRun: true));

        shown.ShouldBe(HttpStatusCode.OK).Body!["stored"]!.GetValue<bool>().ShouldBeFalse();
        shown.Body!["changes"]!
            .AsArray()
            .Select(change => change!["pointer"]!.ToString())
            .ShouldContain("/distanceMeters");
        var after = await Get(operations, id);
        after["bodyHash"]!.ToString().ShouldBe(before["bodyHash"]!.ToString());
        Actions(after).ShouldBeEmpty();
    }

    [Fact]
    public async Task What_the_schema_of_the_event_does_not_allow_is_refused_with_the_places()
    {
        var operations = await host.City.Operator();
        var id = await host.Services.Fail(
            "payment",
            Events.FareFinalized(Guid.CreateVersion7(), Now, Samples.Euro(12.4m))
        );
        var current = await Get(operations, id);
        var message = current["message"]!.DeepClone().AsObject();
        message["total"]!["currency"] = "euro";
        message["invoiceId"] = 12;
        message.Remove("driverId");

        var refused = await Edit(operations, id, message, current);

        refused.ShouldBe(HttpStatusCode.BadRequest, "message_invalid");
        var errors = refused.Body!["errors"]!.AsObject();
        errors.Select(error => error.Key).ShouldBe(["", "/invoiceId", "/total/currency"], ignoreOrder: true);
        errors[""]![0]!.ToString().ShouldContain("driverId");
        (await Get(operations, id))["edited"]!.GetValue<bool>().ShouldBeFalse();
    }

    [Theory]
    [InlineData("1e99")]
    [InlineData("-1e400")]
    public async Task A_number_that_no_event_can_hold_is_refused(string number)
    {
        var operations = await host.City.Operator();
        var id = await host.Services.Fail(
            "payment",
            Events.FareFinalized(Guid.CreateVersion7(), Now, Samples.Euro(12.4m))
        );
        var current = await Get(operations, id);
        var message = current["message"]!.DeepClone().AsObject();
        message["total"]!["amount"] = JsonNode.Parse(number);

        var refused = await Edit(operations, id, message, current);

        refused.ShouldBe(HttpStatusCode.BadRequest, "message_invalid");
        refused.Body!["errors"]!.AsObject().Single().Key.ShouldBe("/total/amount");
    }

    [Fact]
    public async Task A_command_or_a_timer_must_be_readable_where_it_goes()
    {
        var operations = await host.City.Operator();
        var id = await host.Services.Fail("ride", new CancelRide(Guid.CreateVersion7(), "rider-1", "no hurry", Now));
        var current = await Get(operations, id);
        var message = current["message"]!.DeepClone().AsObject();
        message["at"] = "tomorrow";

        var refused = await Edit(operations, id, message, current);

        refused.ShouldBe(HttpStatusCode.BadRequest, "message_invalid");
        var (pointer, errors) = refused.Body!["errors"]!.AsObject().Single();
        pointer.ShouldBe("/at");
        errors![0]!.ToString().ShouldBe("has a value of a type that the consumer does not read");
        message["at"] = "2026-01-01T00:00:00Z";
        (await Edit(operations, id, message, current)).ShouldBe(HttpStatusCode.OK);

        var lost = await host.Services.FailRaw(
            "charge-rider_error",
            StoredFailures.Envelope("urn:message:RideBooking.Payments:ChargeRider", new JsonObject { ["a"] = 1 })
        );
        (await Edit(operations, lost, new JsonObject { ["a"] = 2 }, await Get(operations, lost))).ShouldBe(
            HttpStatusCode.Conflict,
            "message_type_unknown"
        );
    }

    [Fact]
    public async Task It_stays_a_message_of_its_ride_and_its_rider()
    {
        var operations = await host.City.Operator();
        var id = await Fail(Valid());
        var current = await Get(operations, id);
        var message = current["message"]!.DeepClone().AsObject();
        message["rideId"] = $"{Guid.CreateVersion7()}";
        message.Remove("riderId");

        var refused = await Edit(operations, id, message, current);

        refused.ShouldBe(HttpStatusCode.BadRequest, "identity_changed");
        refused.Body!["errors"]!.AsObject().Select(error => error.Key).ShouldBe(["/rideId", "/riderId"]);

        // The same id in other letters is the same id.
        message = current["message"]!.DeepClone().AsObject();
        message["rideId"] = message["rideId"]!.ToString().ToUpperInvariant();
        (await Edit(operations, id, message, current)).ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task An_id_that_is_missing_can_be_given_and_the_message_is_found_by_it()
    {
        var operations = await host.City.Operator();
        var message = Valid();
        var rideId = message["rideId"]!.ToString();
        message.Remove("rideId");
        message["riderId"] = 12;
        var id = await Fail(message);

        (await Edit(operations, id, Valid(message, rideId), await Get(operations, id))).ShouldBe(HttpStatusCode.OK);

        var found = await operations.Get($"operations/failed-messages?rideId={rideId}&riderId=rider-1");
        found.Body!["items"]!.AsArray().Single()!["id"]!.ToString().ShouldBe(id);
    }

    [Fact]
    public async Task Of_edits_of_the_same_body_one_is_stored_and_the_others_are_refused()
    {
        var operations = await host.City.Operator();
        var id = await Fail(Valid());
        var current = await Get(operations, id);

        var answers = await Task.WhenAll(
            Enumerable
                .Range(1, 5)
                .Select(number =>
                {
                    var message = current["message"]!.DeepClone().AsObject();
                    message["distanceMeters"] = number;
                    return Edit(operations, id, message, current);
                })
        );

        answers.Count(answer => answer.Status == HttpStatusCode.OK).ShouldBe(1);
        foreach (var refused in answers.Where(answer => answer.Status != HttpStatusCode.OK))
            refused.ShouldBe(HttpStatusCode.PreconditionFailed, "message_changed");
        Actions(await Get(operations, id)).ShouldBe(["edited"]);
    }

    [Fact]
    public async Task The_same_request_twice_is_one_edit()
    {
        var operations = await host.City.Operator();
        var id = await Fail(Valid());
        var current = await Get(operations, id);
        var message = current["message"]!.DeepClone().AsObject();
        message["distanceMeters"] = 4200;
        (await Edit(operations, id, message, current)).Body!["stored"]!.GetValue<bool>().ShouldBeTrue();

        var repeat = await Edit(operations, id, message, current);

        repeat.ShouldBe(HttpStatusCode.OK).Body!["stored"]!.GetValue<bool>().ShouldBeFalse();
        repeat.Body!["changes"]!.AsArray().ShouldBeEmpty();
        Actions(await Get(operations, id)).ShouldBe(["edited"]);
    }

    [Fact]
    public async Task The_body_that_was_seen_is_named_by_its_hash_or_in_If_Match()
    {
        var operations = await host.City.Operator();
        var id = await Fail(Valid());
        var current = await Get(operations, id);
        var message = current["message"]!.DeepClone().AsObject();
        message["distanceMeters"] = 4200;
        var request = Request(message, current);
        request.Remove("bodyHash");

        (await Put(operations, id, request)).ShouldBe(HttpStatusCode.BadRequest, "validation_failed");
        (await WithIfMatch("\"0123\"")).ShouldBe(HttpStatusCode.PreconditionFailed);
        (await WithIfMatch($"\"{current["bodyHash"]}\"")).ShouldBe(HttpStatusCode.OK);

        async Task<HttpStatusCode> WithIfMatch(string tag)
        {
            using var put = new HttpRequestMessage(HttpMethod.Put, $"operations/failed-messages/{id}/body")
            {
                Content = JsonContent.Create(request),
                Headers = { { "If-Match", tag } },
            };
            using var answer = await operations.Send(put);
            return answer.StatusCode;
        }
    }

    [Fact]
    public async Task What_is_not_a_JSON_message_cannot_be_edited()
    {
        var operations = await host.City.Operator();
        foreach (var body in new byte[][] { [1, 0, 255], "not JSON"u8.ToArray(), """{"headers":{}}"""u8.ToArray() })
        {
            var id = await host.Services.FailRaw("track-assignments_error", body);
            var current = await Get(operations, id);
            current["message"].ShouldBeNull();
            (await Edit(operations, id, Valid(), current)).ShouldBe(HttpStatusCode.Conflict, "message_not_json");
        }
        (
            await Put(
                operations,
                "track-assignments_error.0123456789abcdef",
                Request(Valid(), new JsonObject { ["bodyHash"] = "0" })
            )
        ).ShouldBe(HttpStatusCode.NotFound, "failed_message_not_found");
        (
            await Put(
                operations,
                await Fail(Valid()),
                new JsonObject
                {
                    ["message"] = "text",
                    ["bodyHash"] = "0",
                    ["reason"] = "a try",
                }
            )
        ).ShouldBe(HttpStatusCode.BadRequest, "validation_failed");
    }

    [Fact]
    public async Task An_edit_while_a_redrive_takes_the_message_changes_nothing()
    {
        var operations = await host.City.Operator();
        var id = await Fail(Valid());
        var current = await Get(operations, id);
        await using (var scope = host.Services.CreateAsyncScope())
            await scope
                .ServiceProvider.GetRequiredService<AppDbContext>()
                .Set<StoredMessage>()
                .Where(row => row.Id == id)
                .ExecuteUpdateAsync(set => set.SetProperty(row => row.Status, StoredMessage.Redriving), Stop);

        (await Edit(operations, id, Valid(), current)).ShouldBe(HttpStatusCode.Conflict, "message_not_failed");
        (await Get(operations, id))["bodyHash"]!.ToString().ShouldBe(current["bodyHash"]!.ToString());
    }

    static DateTimeOffset Now => DateTimeOffset.UtcNow;

    static JsonObject Json<T>(T message) =>
        JsonSerializer.SerializeToNode(message, SystemTextJsonMessageSerializer.Options)!.AsObject();

    static JsonObject Valid() => Json(Events.RideCompleted(Guid.CreateVersion7(), Now));

    /// <summary>A valid message of the same ride.</summary>
    static JsonObject Valid(JsonObject of, string? rideId = null)
    {
        var valid = of.DeepClone().AsObject();
        valid["rideId"] = rideId ?? of["rideId"]!.ToString();
        valid["riderId"] = "rider-1";
        valid["at"] = "2026-01-01T00:00:00Z";
        return valid;
    }

    Task<string> Fail(JsonObject message, Guid? messageId = null) =>
        host.Services.FailRaw(
            "track-assignments_error",
            StoredFailures.Envelope(Completed, message.DeepClone().AsObject(), messageId)
        );

    static async Task<JsonNode> Get(Person operations, string id) =>
        (await operations.Get($"operations/failed-messages/{id}")).ShouldBe(HttpStatusCode.OK).Body!;

    static Task<Answer> Edit(
        Person operations,
        string id,
        JsonObject message,
        JsonNode seen,
        string reason = "a producer's bug"
    ) => Put(operations, id, Request(message, seen, reason));

    static Task<Answer> Put(Person operations, string id, JsonObject request) =>
        operations.Put($"operations/failed-messages/{id}/body", request);

    static JsonObject Request(
        JsonObject message,
        JsonNode seen,
        string reason = "a producer's bug",
        bool? dryRun = null
    ) =>
        new()
        {
            ["message"] = message.DeepClone(),
            ["bodyHash"] = seen["bodyHash"]!.ToString(),
            ["reason"] = reason,
            ["dryRun"] = dryRun,
        };

    static List<string> Actions(JsonNode message) =>
        [.. message["history"]!.AsArray().Select(entry => entry!["action"]!.ToString())];

    /// <summary>The embedded default without redelivery.</summary>
    public sealed class Host() : HostInProcess(("Messaging:Retry", "00:00:00.001"), ("Messaging:Redelivery", ""));
}
