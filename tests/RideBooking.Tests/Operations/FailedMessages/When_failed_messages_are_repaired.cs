using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;
using MassTransit.Serialization;
using RideBooking.Contracts;
using RideBooking.TestKit.Api;
using RideBooking.TestKit.Contracts;
using RideBooking.Tests.Host;

namespace RideBooking.Tests.Operations.FailedMessages;

/// <summary>The same mistake is in many messages, and an operator corrects them at once. Each test has a queue of its own.</summary>
public sealed class When_failed_messages_are_repaired(ForgetfulHost host) : IClassFixture<ForgetfulHost>
{
    const string Completed = "urn:message:RideBooking.Contracts:RideCompleted";
    const string FeeAssessed = "urn:message:RideBooking.Contracts:CancellationFeeAssessed";

    [Fact]
    public async Task The_preview_counts_and_shows_what_the_repair_then_does()
    {
        const string queue = "track-assignments_error";
        var operations = await host.City.Operator();
        // Two that the patch corrects, one that is already so, one that it does not make valid, one that has no such place.
        var wrong = Completion();
        wrong["at"] = "yesterday";
        var (first, second) = (await Fail(queue, wrong), await Fail(queue, wrong));
        var right = Completion();
        right["at"] = "2026-01-01T00:00:00Z";
        var same = await Fail(queue, right);
        var worse = wrong.DeepClone().AsObject();
        worse["durationSeconds"] = "long";
        var invalid = await Fail(queue, worse);
        var other = wrong.DeepClone().AsObject();
        other.Remove("at");
        var without = await Fail(queue, other);
        var patch = new JsonArray(Operation("replace", "/at", "2026-01-01T00:00:00Z"));

        var preview = await Repair(operations, queue, patch, dryRun: true);
        Counts(preview).ShouldBe((2, 1, 2));
        preview["matching"]!.GetValue<int>().ShouldBe(5);
        preview["nextCursor"].ShouldBeNull();
        Ids(preview["items"]!).ShouldBe([first, second], ignoreOrder: true);
        preview["items"]![0]!["changes"]![0]!["before"]!.ToString().ShouldBe("yesterday");
        var reasons = preview["reasons"]!.AsArray();
        reasons
            .Select(reason => reason!["code"]!.ToString())
            .ShouldBe(["message_invalid", "patch_not_applicable"], true);
        Reason("message_invalid")["text"]!.ToString().ShouldContain("/durationSeconds");
        Reason("message_invalid")["ids"]!.AsArray().Single()!.ToString().ShouldBe(invalid);
        Reason("patch_not_applicable")["ids"]!.AsArray().Single()!.ToString().ShouldBe(without);
        (await Get(operations, first))["edited"]!.GetValue<bool>().ShouldBeFalse();

        var done = await Repair(operations, queue, patch);

        done.ToJsonString().ShouldBe(preview.ToJsonString());
        foreach (var id in new[] { first, second })
        {
            var message = await Get(operations, id);
            message["message"]!["at"]!.ToString().ShouldBe("2026-01-01T00:00:00Z");
            message["originalMessage"]!["at"]!.ToString().ShouldBe("yesterday");
            message["history"]!.AsArray().Single()!["action"]!.ToString().ShouldBe("edited");
        }
        foreach (var id in new[] { same, invalid, without })
            (await Get(operations, id))["edited"]!.GetValue<bool>().ShouldBeFalse();
        var audit = (await operations.Get("operations/audit")).Body!["items"]!.AsArray();
        var action = audit.First(action => action!["queue"]?.ToString() == queue)!;
        (action["action"]!.ToString(), action["count"]!.GetValue<int>()).ShouldBe(("repair-messages", 2));

        // What is corrected is unchanged by the same repair.
        Counts(await Repair(operations, queue, patch)).ShouldBe((0, 3, 2));

        JsonNode Reason(string code) => reasons.Single(reason => reason!["code"]!.ToString() == code)!;
    }

    [Fact]
    public async Task Events_of_an_old_version_become_those_of_the_newest()
    {
        const string queue = "ride_error";
        var operations = await host.City.Operator();
        var older = Older();
        older["waivedReason"] = "withinFreePeriod";
        older["note"] = "what this version does not know";
        var id = await host.Services.FailRaw(queue, StoredFailures.Envelope(FeeAssessed, older));
        var unreadable = Older();
        unreadable.Remove("amount");
        await host.Services.FailRaw(queue, StoredFailures.Envelope(FeeAssessed, unreadable));
        await host.Services.Fail("ride", Events.RideCompleted(Guid.CreateVersion7(), DateTimeOffset.UtcNow));

        var done = await Repair(operations, queue, upcast: true);

        Counts(done).ShouldBe((1, 1, 1));
        done["items"]!.AsArray().Single()!["messageType"]!.ToString().ShouldBe("CancellationFeeAssessedV2");
        done["reasons"]!.AsArray().Single()!["code"]!.ToString().ShouldBe("message_invalid");
        var message = await Get(operations, id);
        message["message"]!["waiverReason"]!.ToString().ShouldBe("withinFreePeriod");
        message["message"]!["note"]!.ToString().ShouldBe("what this version does not know");
        message["message"]!["at"]!.ToString().ShouldBe(older["at"]!.ToString());
        message["messageType"]!.ToString().ShouldBe("CancellationFeeAssessedV2");
        message["body"]!["messageType"]!
            .AsArray()
            .Select(type => type!.ToString())
            .ShouldBe([$"{FeeAssessed}V2", FeeAssessed]);
        message["originalMessage"]!.AsObject().ContainsKey("waiverReason").ShouldBeFalse();
        (await operations.Post($"operations/failed-messages/{id}/simulate", new JsonObject()))
            .Text("result")
            .ShouldBe("missingInstance", "its saga reads it");

        Counts(await Repair(operations, queue, upcast: true)).ShouldBe((0, 2, 1));
    }

    [Fact]
    public async Task It_never_changes_whose_message_it_is()
    {
        const string queue = "issue-receipt_error";
        var operations = await host.City.Operator();
        await Fail(queue, Completion());

        var done = await Repair(operations, queue, [Operation("replace", "/riderId", "rider-2")]);

        Counts(done).ShouldBe((0, 0, 1));
        done["reasons"]!.AsArray().Single()!["code"]!.ToString().ShouldBe("identity_changed");
    }

    [Fact]
    public async Task Messages_that_a_patch_does_not_mean_are_counted_together()
    {
        const string queue = "redact-rides_error";
        var operations = await host.City.Operator();
        for (var number = 0; number < 3; number++)
        {
            var message = Completion();
            message["distanceMeters"] = number;
            await Fail(queue, message);
        }
        JsonArray patch = [Operation("test", "/distanceMeters", 2), Operation("replace", "/distanceMeters", 4200)];

        var preview = await Repair(operations, queue, patch, dryRun: true);

        Counts(preview).ShouldBe((1, 0, 2));
        var reason = preview["reasons"]!.AsArray().Single()!;
        reason["count"]!.GetValue<int>().ShouldBe(2);
        reason["text"]!.ToString().ShouldBe("The value at /distanceMeters is not the one that the patch tests.");
    }

    [Fact]
    public async Task A_limit_ends_it_and_a_cursor_continues_behind()
    {
        const string queue = "end-search_error";
        var operations = await host.City.Operator();
        for (var number = 0; number < 5; number++)
            await Fail(queue, Completion());
        JsonArray patch = [Operation("add", "/distanceMeters", 42)];
        List<string> changed = [];
        string? cursor = null;
        do
        {
            var part = await Repair(operations, queue, patch, limit: 2, cursor: cursor);
            part["matching"]!.GetValue<int>().ShouldBe(5);
            changed.AddRange(Ids(part["items"]!));
            cursor = part["nextCursor"]?.ToString();
        } while (cursor is not null);
        changed.Distinct().Count().ShouldBe(5);

        (await Send(operations, queue, patch, cursor: "elsewhere")).ShouldBe(
            HttpStatusCode.BadRequest,
            "validation_failed"
        );
    }

    [Fact]
    public async Task A_repeat_with_its_key_does_not_apply_the_patch_a_second_time()
    {
        const string queue = "compute-fare_error";
        var operations = await host.City.Operator();
        var completed = Completion();
        completed["notes"] = new JsonArray("a");
        var id = await Fail(queue, completed);
        JsonArray patch = [Operation("add", "/notes/-", "b")];

        foreach (var _ in new[] { "the first attempt", "its repeat" })
        {
            var answer = await Send(operations, queue, patch, key: "one-key");
            answer.ShouldBe(HttpStatusCode.OK).Body!["changed"]!.GetValue<int>().ShouldBe(1);
            await host.LoseAnswers(TestContext.Current.CancellationToken);
        }

        (await Get(operations, id))["message"]!["notes"]!.AsArray().Count.ShouldBe(2);
    }

    [Theory]
    [InlineData("""{"upcast":true,"patch":[{"op":"remove","path":"/a"}]}""", "patch")]
    [InlineData("{}", "patch")]
    [InlineData("""{"patch":[]}""", "patch")]
    [InlineData("""{"patch":[{"op":"delete","path":"/a"}]}""", "patch[0].op")]
    [InlineData("""{"patch":[{"op":"remove","path":"a"}]}""", "patch[0].path")]
    [InlineData("""{"patch":[{"op":"replace","path":"","value":{}}]}""", "patch[0].path")]
    [InlineData("""{"patch":[{"op":"add","path":"/a"}]}""", "patch[0].value")]
    [InlineData("""{"patch":[{"op":"move","path":"/a"}]}""", "patch[0].from")]
    [InlineData("""{"patch":[{"op":"remove","path":"/a"}],"limit":5001}""", "limit")]
    public async Task A_request_that_is_not_clear_is_refused(string json, string field)
    {
        var operations = await host.City.Operator();
        var request = JsonNode.Parse(json)!.AsObject();
        request["selection"] = new JsonObject { ["queue"] = "end-search_error" };
        request["reason"] = "a try";

        var refused = await operations.Post("operations/failed-messages/repair", request);

        refused.ShouldBe(HttpStatusCode.BadRequest, "validation_failed");
        refused.Body!["errors"]!.AsObject().Select(error => error.Key).ShouldContain(field);
    }

    static JsonObject Completion() => Json(Events.RideCompleted(Guid.CreateVersion7(), DateTimeOffset.UtcNow));

    static JsonObject Older()
    {
        var older = Json(Events.CancellationFeeAssessed(Guid.CreateVersion7(), DateTimeOffset.UtcNow, Samples.Euro(0)));
        older.Remove("waiverReason");
        return older;
    }

    static JsonObject Json<T>(T message) =>
        JsonSerializer.SerializeToNode(message, SystemTextJsonMessageSerializer.Options)!.AsObject();

    static JsonObject Operation(string op, string path, JsonNode value) =>
        new()
        {
            ["op"] = op,
            ["path"] = path,
            ["value"] = value,
        };

    Task<string> Fail(string queue, JsonObject message) =>
        host.Services.FailRaw(queue, StoredFailures.Envelope(Completed, message.DeepClone().AsObject()));

    static async Task<JsonNode> Get(Person operations, string id) =>
        (await operations.Get($"operations/failed-messages/{id}")).ShouldBe(HttpStatusCode.OK).Body!;

    static async Task<JsonNode> Repair(
        Person operations,
        string queue,
        JsonArray? patch = null,
        bool? upcast = null,
        bool? dryRun = null,
        int? limit = null,
        string? cursor = null
    ) => (await Send(operations, queue, patch, upcast, dryRun, limit, cursor)).ShouldBe(HttpStatusCode.OK).Body!;

    static Task<Answer> Send(
        Person operations,
        string queue,
        JsonArray? patch = null,
        bool? upcast = null,
        bool? dryRun = null,
        int? limit = null,
        string? cursor = null,
        string? key = null
    ) =>
        operations.Post(
            "operations/failed-messages/repair",
            new JsonObject
            {
                ["selection"] = new JsonObject { ["queue"] = queue },
                ["patch"] = patch?.DeepClone(),
                ["upcast"] = upcast,
                ["dryRun"] = dryRun,
                ["limit"] = limit,
                ["cursor"] = cursor,
                ["reason"] = "a producer's bug",
            },
            key
        );

    static (int Changed, int Unchanged, int Refused) Counts(JsonNode answer) =>
        (answer["changed"]!.GetValue<int>(), answer["unchanged"]!.GetValue<int>(), answer["refused"]!.GetValue<int>());

    static List<string> Ids(JsonNode items) => [.. items.AsArray().Select(item => item!["id"]!.ToString())];
}
