using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using RideBooking.TestKit.Api;

namespace RideBooking.TestKit.Scenarios;

/// <summary>
/// Operators handle failed messages over the REST API; run on the in-memory transport and on RabbitMQ. The poison message is
/// a ride's event that no consumer can handle, put directly into a queue as a broken producer would.
/// </summary>
public abstract class OperatorScenarios
{
    const string Endpoint = "track-assignments";
    const string Failed = $"{Endpoint}_error";
    const string Skipped = $"{Endpoint}_skipped";

    protected abstract City City { get; }

    /// <summary>Puts a raw body into a queue.</summary>
    protected abstract Task Put(string queue, byte[] body, string? messageId);

    [Fact]
    public async Task What_cannot_be_read_lies_in_the_error_queue_with_its_bytes_and_looking_changes_nothing()
    {
        var operations = await City.Operator();
        var bodies = Enumerable.Range(1, 3).Select(number => $"not json {number} {Guid.CreateVersion7()}").ToList();
        foreach (var body in bodies)
        {
            await Put(Endpoint, Encoding.UTF8.GetBytes(body), null);
            await Until(operations, Failed, body);
        }

        var first = await Bodies(operations, Failed, bodies);
        first.ShouldBe(bodies, "the oldest first");
        (await Bodies(operations, Failed, bodies)).ShouldBe(first, "listing keeps the order");

        var queue = await Queue(operations, Failed);
        queue["kind"]!.ToString().ShouldBe("error");
        queue["count"]!.GetValue<int>().ShouldBeGreaterThanOrEqualTo(3);
        queue["oldestAgeSeconds"]!.GetValue<double>().ShouldBeGreaterThanOrEqualTo(0);
        queue["topFingerprints"]!.AsArray().Count.ShouldBeGreaterThan(0);
    }

    [Fact]
    public async Task A_message_without_a_consumer_is_skipped_and_can_be_discarded_and_restored()
    {
        var operations = await City.Operator();
        var (messageId, rideId) = (Guid.CreateVersion7(), Guid.CreateVersion7());
        await Put(Endpoint, Envelope(messageId, rideId, "Weather"), messageId.ToString());
        var message = await Message(operations, Skipped, rideId);
        message["messageType"]!.ToString().ShouldBe("Weather");
        message["messageId"]!.ToString().ShouldBe(messageId.ToString());

        var ids = new JsonArray(message["id"]!.ToString());
        var discard = new JsonObject
        {
            ["selection"] = new JsonObject { ["ids"] = ids.DeepClone() },
            ["reason"] = "no weather here",
        };
        (await operations.Post("operations/failed-messages/discard", discard)).ShouldBe(HttpStatusCode.OK).Body![
            "discarded"
        ]!
            .GetValue<int>()
            .ShouldBe(1);
        (await Messages(operations, Skipped, rideId)).ShouldBeEmpty();
        var kept = (await operations.Get($"operations/failed-messages?state=discarded&rideId={rideId}")).Body![
            "items"
        ]!;
        kept[0]!["reason"]!.ToString().ShouldBe("no weather here");

        var restore = new JsonObject { ["ids"] = ids.DeepClone(), ["reason"] = "there is after all" };
        (await operations.Post("operations/failed-messages/restore", restore)).ShouldBe(HttpStatusCode.OK).Body![
            "restored"
        ]!
            .GetValue<int>()
            .ShouldBe(1);
        var back = await Message(operations, Skipped, rideId);
        var whole = await operations.Get($"operations/failed-messages/{back["id"]}");
        whole.Body!["body"]!
            .ToJsonString()
            .ShouldBe(JsonNode.Parse(Envelope(messageId, rideId, "Weather"))!.ToJsonString());
        whole.Body!["history"]!
            .AsArray()
            .Select(done => done!["action"]!.ToString())
            .ShouldBe(["discarded", "restored"]);
        var audit = (await operations.Get("operations/audit?limit=100")).Body!["items"]!.AsArray();
        audit.ShouldContain(entry => entry!["reason"]!.ToString() == "there is after all");
    }

    [Fact]
    public async Task Equal_messages_without_an_id_are_two_failed_messages()
    {
        var operations = await City.Operator();
        var rideId = Guid.CreateVersion7();
        var body = Encoding.UTF8.GetBytes(
            new JsonObject
            {
                ["messageType"] = new JsonArray("urn:message:RideBooking.Contracts:Weather"),
                ["message"] = new JsonObject { ["rideId"] = rideId.ToString() },
            }.ToJsonString()
        );
        await Put(Endpoint, body, null);
        await Put(Endpoint, body, null);

        await operations.Until(
            "both",
            $"operations/failed-messages?queue={Skipped}&rideId={rideId}",
            answer => Items(answer).Count == 2
        );
    }

    [Fact]
    public async Task A_redrive_returns_the_selected_messages_with_their_ids_and_resets_their_redeliveries()
    {
        var operations = await City.Operator();
        var rideId = Guid.CreateVersion7();
        List<string> ids = [];
        for (var number = 0; number < 3; number++)
        {
            // A payload that cannot be read except for its ride id. Its redeliveries are used up.
            var messageId = Guid.CreateVersion7();
            await Put(Endpoint, Envelope(messageId, rideId, "RideCompleted", redeliveries: 3), messageId.ToString());
            await Until(operations, Failed, messageId.ToString());
            ids.Add(messageId.ToString());
        }
        var before = await Messages(operations, Failed, rideId);
        before.Select(message => message["messageId"]!.ToString()).ShouldBe(ids);
        before.ShouldAllBe(message => message["attempts"]!.GetValue<int>() == 4);

        var selection = new JsonObject { ["queue"] = Failed, ["rideId"] = rideId.ToString() };
        var request = new JsonObject
        {
            ["selection"] = selection,
            ["limit"] = 2,
            ["reason"] = "it was fixed",
        };
        var plan = request.DeepClone().AsObject();
        plan["dryRun"] = true;
        (await operations.Post("operations/redrives", plan)).ShouldBe(HttpStatusCode.OK).Body!["count"]!
            .GetValue<int>()
            .ShouldBe(2);

        var accepted = await operations.Post("operations/redrives", request);
        accepted.ShouldBe(HttpStatusCode.Accepted);
        var done = await operations.Until(
            "the redrive",
            $"operations/redrives/{accepted.Text("id")}",
            redrive => redrive.Text("status") == "completed"
        );
        done.Body!["sent"]!.GetValue<int>().ShouldBe(2);

        // The cause was not fixed: they fail again under the same message id, as new failed messages.
        await operations.Until(
            "the messages to fail again",
            $"operations/failed-messages?queue={Failed}&rideId={rideId}",
            answer => Items(answer).Count == 3 && Items(answer).Count(Is(before)) == 1
        );
        var after = await Messages(operations, Failed, rideId);
        after.Select(message => message["messageId"]!.ToString()).ShouldBe(ids, ignoreOrder: true);
        // Both were consumed at once, so which of them failed first is open.
        after[0]["messageId"]!.ToString().ShouldBe(ids[2], "it never left");
        after[0]["attempts"]!.GetValue<int>().ShouldBe(4);
        after[1]["attempts"]!.GetValue<int>().ShouldBe(1, "its redeliveries are reset");
        var history = (await operations.Get($"operations/failed-messages/{after[1]["id"]}")).Body![
            "history"
        ]!.AsArray();
        history.Single()!["reason"]!.ToString().ShouldBe("it was fixed");

        static Func<JsonNode?, bool> Is(IReadOnlyList<JsonNode> known) =>
            message => known.Any(other => other["id"]!.ToString() == message!["id"]!.ToString());
    }

    [Fact]
    public async Task A_redrive_is_paused_resumed_and_cancelled_and_the_rest_are_failed_messages_again()
    {
        const int many = 8;
        var operations = await City.Operator();
        var rideId = Guid.CreateVersion7();
        for (var number = 0; number < many; number++)
        {
            var messageId = Guid.CreateVersion7();
            await Put(Endpoint, Envelope(messageId, rideId, "RideCompleted"), messageId.ToString());
        }
        var failed = $"operations/failed-messages?queue={Failed}&rideId={rideId}";
        await operations.Until("all to fail", failed, answer => Items(answer).Count == many);
        var request = new JsonObject
        {
            ["selection"] = new JsonObject { ["rideId"] = rideId.ToString() },
            ["ratePerSecond"] = 1,
            ["reason"] = "slowly",
        };
        var id = (await operations.Post("operations/redrives", request)).ShouldBe(HttpStatusCode.Accepted).Text("id");
        await Until(redrive => Sent(redrive) >= 1);

        (await Control("pause")).Text("status").ShouldBe("paused");
        (await Control("pause")).Text("status").ShouldBe("paused", "repeating it has no effect");
        (await Control("resume")).Text("status").ShouldBe("running");
        await Until(redrive => Sent(redrive) >= 3);
        (await Control("cancel")).Text("status").ShouldBe("cancelled");
        var ended = await Until(redrive => redrive.Body!["finishedAt"] is not null);

        Sent(ended).ShouldBeInRange(3, many - 1);
        ended.Body!["failed"]!.GetValue<int>().ShouldBe(many - Sent(ended));
        (await Control("resume", HttpStatusCode.Conflict)).Code.ShouldBe("redrive_ended");
        Items(await operations.Get($"operations/failed-messages?state=redriven&rideId={rideId}"))
            .Count.ShouldBe(Sent(ended));
        // Those that were sent fail again.
        await operations.Until("the others to fail again", failed, answer => Items(answer).Count == many);
        Items(await operations.Get("operations/redrives?limit=100"))
            .Single(redrive => redrive!["id"]!.ToString() == id)!["status"]!
            .ToString()
            .ShouldBe("cancelled");
        Items(await operations.Get("operations/audit?limit=100"))
            .Select(entry => entry!["action"]!.ToString())
            .ShouldContain("cancel-redrive");

        Task<Answer> Until(Func<Answer, bool> wanted) =>
            operations.Until("the redrive", $"operations/redrives/{id}", wanted);
        async Task<Answer> Control(string verb, HttpStatusCode status = HttpStatusCode.OK) =>
            (
                await operations.Post($"operations/redrives/{id}/{verb}", new JsonObject { ["reason"] = "to see" })
            ).ShouldBe(status);
        static int Sent(Answer redrive) => redrive.Body!["sent"]!.GetValue<int>();
    }

    [Fact]
    public async Task Messages_are_found_and_selected_by_rider_driver_text_and_time()
    {
        var (operations, rideId) = (await City.Operator(), Guid.CreateVersion7());
        var (rider, driver) = ($"rider-{rideId:N}", $"driver-{rideId:N}");
        var messageId = Guid.CreateVersion7();
        var envelope = JsonNode.Parse(Envelope(messageId, rideId, "RideCompleted", redeliveries: 3))!;
        envelope["message"]!["riderId"] = rider;
        envelope["message"]!["driverId"] = driver;
        await Put(Endpoint, Encoding.UTF8.GetBytes(envelope.ToJsonString()), messageId.ToString());
        var failed = await Message(operations, Failed, rideId);
        var at = failed["failedAt"]!.GetValue<DateTimeOffset>();
        var text = messageId.ToString()[20..].ToUpperInvariant();
        string[] finds =
        [
            $"riderId={rider}",
            $"driverId={driver}",
            $"text={text}",
            $"rideId={rideId}&failedAfter={Time(at)}",
            $"rideId={rideId}&failedBefore={Time(at.AddSeconds(1))}",
        ];
        string[] findsNothing =
        [
            $"riderId={driver}",
            $"rideId={rideId}&text=no such text",
            $"rideId={rideId}&failedAfter={Time(at.AddSeconds(1))}",
            $"rideId={rideId}&failedBefore={Time(at)}",
        ];
        foreach (var query in finds)
            Items(await operations.Get($"operations/failed-messages?{query}")).ShouldHaveSingleItem(query)!["id"]!
                .ToString()
                .ShouldBe(failed["id"]!.ToString());
        foreach (var query in findsNothing)
            Items(await operations.Get($"operations/failed-messages?{query}")).ShouldBeEmpty(query);

        var discard = new JsonObject
        {
            ["selection"] = new JsonObject { ["driverId"] = driver, ["text"] = text },
            ["reason"] = "not needed",
        };
        (await operations.Post("operations/failed-messages/discard", discard)).Body!["discarded"]!
            .GetValue<int>()
            .ShouldBe(1);

        static string Time(DateTimeOffset time) => Uri.EscapeDataString(time.ToString("O"));
    }

    [Fact]
    public async Task A_canary_that_fails_again_pauses_its_redrive_and_resuming_sends_the_rest()
    {
        const int many = 5;
        var (operations, rideId) = (await City.Operator(), Guid.CreateVersion7());
        await Poison(operations, rideId, many);

        var id = await Redrive(operations, rideId, new() { ["canary"] = true });
        var paused = await Until(redrive => redrive.Text("status") == "paused");
        paused.Body!["sent"]!.GetValue<int>().ShouldBe(1);
        paused.Body["outcomes"]!["failedAgain"]!.GetValue<int>().ShouldBe(1);
        paused.Text("error").ShouldStartWith("The canary failed");
        (await operations.Post($"operations/redrives/{id}/resume", new JsonObject { ["reason"] = "to see" })).ShouldBe(
            HttpStatusCode.OK
        );

        var done = await Until(redrive =>
            redrive.Text("status") == "completed" && redrive.Body!["outcomes"]!["failedAgain"]!.GetValue<int>() == many
        );
        done.Body!["sent"]!.GetValue<int>().ShouldBe(many);
        var messages = Items(await operations.Get($"operations/failed-messages?redriveId={id}"));
        messages.Count.ShouldBe(many);
        messages.ShouldAllBe(message => message!["outcome"]!.ToString() == "failedAgain");

        Task<Answer> Until(Func<Answer, bool> wanted) =>
            operations.Until("the redrive", $"operations/redrives/{id}", wanted, WaitFor.Limit);
    }

    [Fact]
    public async Task A_message_that_was_redriven_three_times_in_vain_is_left_out_unless_it_is_forced()
    {
        var (operations, rideId) = (await City.Operator(), Guid.CreateVersion7());
        await Poison(operations, rideId, 1);
        for (var redrives = 1; redrives <= 3; redrives++)
        {
            await Redrive(operations, rideId, []);
            await FailsAgain(redrives);
        }
        var failed = (await Messages(operations, Failed, rideId)).Single();
        failed["quarantined"]!.GetValue<bool>().ShouldBeTrue();

        var plan = await operations.Post("operations/redrives", Request(rideId, new() { ["dryRun"] = true }));
        plan.Body!["count"]!.GetValue<int>().ShouldBe(0);
        plan.Body["quarantined"]!.GetValue<int>().ShouldBe(1);
        var empty = await Redrive(operations, rideId, []);
        var done = await operations.Until(
            "the empty redrive",
            $"operations/redrives/{empty}",
            redrive => redrive.Text("status") == "completed"
        );
        done.Body!["quarantined"]!.GetValue<int>().ShouldBe(1);
        done.Body["sent"]!.GetValue<int>().ShouldBe(0);

        await Redrive(operations, rideId, new() { ["force"] = true });
        await FailsAgain(4);

        Task<Answer> FailsAgain(int redrives) =>
            operations.Until(
                $"the message to fail after {redrives} redrives",
                $"operations/failed-messages?queue={Failed}&rideId={rideId}",
                answer => Items(answer) is [var only] && only!["redrives"]!.GetValue<int>() == redrives,
                WaitFor.Limit
            );
    }

    /// <summary>Puts messages of a ride that no consumer can handle, and waits until all have failed.</summary>
    async Task Poison(Person operations, Guid rideId, int many)
    {
        for (var number = 0; number < many; number++)
        {
            var messageId = Guid.CreateVersion7();
            await Put(Endpoint, Envelope(messageId, rideId, "RideCompleted", redeliveries: 3), messageId.ToString());
        }
        await operations.Until(
            "all to fail",
            $"operations/failed-messages?queue={Failed}&rideId={rideId}",
            answer => Items(answer).Count == many,
            WaitFor.Limit
        );
    }

    static JsonObject Request(Guid rideId, JsonObject options)
    {
        options["selection"] = new JsonObject { ["rideId"] = rideId.ToString() };
        options["reason"] = "to see whether it was fixed";
        return options;
    }

    static async Task<string> Redrive(Person operations, Guid rideId, JsonObject options) =>
        (await operations.Post("operations/redrives", Request(rideId, options)))
            .ShouldBe(HttpStatusCode.Accepted)
            .Text("id");

    [Fact]
    public async Task Poison_in_the_payment_queues_does_not_keep_rides_from_being_paid_once_before_and_after_its_redrive()
    {
        var operations = await City.Operator();
        var poison = Guid.CreateVersion7();
        (string Queue, byte[] Body)[] kinds =
        [
            ("compute-fare_error", Encoding.UTF8.GetBytes($"<ride>{poison}</ride>")),
            ("compute-fare_error", Envelope(Guid.CreateVersion7(), poison, "RideCompleted")),
            ("compute-fare_skipped", Envelope(Guid.CreateVersion7(), poison, "RideCompletedV7")),
            ("call-gateway_error", Envelope(Guid.CreateVersion7(), poison, "ChargeCard", from: "Payments")),
            ("payment_error", Envelope(Guid.CreateVersion7(), poison, "FareFinalized")),
            ("payment_skipped", Envelope(Guid.CreateVersion7(), poison, "Weather")),
        ];
        foreach (var (queue, body) in kinds)
            await Put(queue[..queue.LastIndexOf('_')], body, null);

        await Ride(-58);
        foreach (var queue in kinds.Select(kind => kind.Queue).Distinct())
        {
            var many = kinds.Count(kind => kind.Queue == queue);
            await Counts(queue, many);
            var redrive = new JsonObject
            {
                ["selection"] = new JsonObject { ["queue"] = queue },
                ["reason"] = "to see whether it was fixed",
            };
            var accepted = (await operations.Post("operations/redrives", redrive)).ShouldBe(HttpStatusCode.Accepted);
            await operations.Until(
                $"the redrive of {queue}",
                $"operations/redrives/{accepted.Text("id")}",
                done => done.Text("status") == "completed" && done.Body!["sent"]!.GetValue<int>() == many
            );
            await Counts(queue, many);
        }
        await Ride(-55);

        Task<Answer> Counts(string queue, int many) =>
            operations.Until(
                $"{many} messages in {queue}",
                "operations/error-queues",
                answer =>
                    Items(answer)
                        .Any(item => item!["queue"]!.ToString() == queue && item["count"]!.GetValue<int>() == many)
            );
    }

    [Fact]
    public async Task An_audit_finds_no_deviation_while_rides_go_on()
    {
        var operations = await City.Operator();
        var rides = Task.WhenAll(Enumerable.Range(0, 4).Select(n => Ride(-52 + 3 * n)));
        (await Audit())["deviations"]!.AsArray().ShouldBeEmpty();
        await rides;
        var after = await Audit();
        after["deviations"]!.AsArray().ShouldBeEmpty();
        after["rides"]!.GetValue<int>().ShouldBeGreaterThanOrEqualTo(4);

        async Task<JsonNode> Audit()
        {
            var accepted = (await operations.Post("operations/audits")).ShouldBe(HttpStatusCode.Accepted);
            var done = await operations.Until(
                "the audit",
                $"operations/audits/{accepted.Text("id")}",
                audit => audit.Text("status") == "completed",
                WaitFor.Limit
            );
            return done.Body!;
        }
    }

    async Task Ride(double latitude)
    {
        var driver = await City.DriverAt(City.Place(latitude, -10));
        var rider = await City.Rider();
        var ride = await rider.Request(City.Place(latitude, -10), City.Place(latitude, -10.08));
        await driver.Drives(ride);
        await rider.SeesPayment(ride, "captured");
        await (await City.Operator()).WasPaidOnce(ride);
    }

    [Fact]
    public async Task A_trial_redrive_does_not_redrive_the_whole_queue()
    {
        var operations = await City.Operator();
        var trial = new JsonObject
        {
            ["selection"] = new JsonObject { ["queue"] = Failed },
            ["reason"] = "carefully",
            ["canary"] = new JsonObject { ["count"] = 1 },
        };

        var answer = await operations.Post("operations/redrives", trial);

        answer.ShouldBe(HttpStatusCode.BadRequest, "validation_failed").Body!["errors"]!["canary"].ShouldNotBeNull();
    }

    [Theory]
    [InlineData("operations/redrives")]
    [InlineData("operations/failed-messages/discard")]
    public async Task A_misspelt_filter_does_not_select_the_whole_queue(string path)
    {
        var operations = await City.Operator();
        var body = $$"""{"selection":{"queue":"{{Failed}}","fingerprnt":"x"},"dryRun":true,"reason":"x"}""";
        (await operations.PostRaw(path, body)).ShouldBe(HttpStatusCode.BadRequest, "validation_failed").Body![
            "errors"
        ]!["selection.fingerprnt"]![0]!
            .ToString()
            .ShouldBe("is not known");
    }

    [Fact]
    public async Task Only_operators_see_any_of_it()
    {
        var rider = await City.Rider();
        (await rider.Get("operations/error-queues")).ShouldBe(HttpStatusCode.Forbidden);
        (await City.Anonymous().Get("operations/failed-messages")).ShouldBe(HttpStatusCode.Unauthorized);
        (await rider.Post("operations/redrives", new JsonObject())).ShouldBe(HttpStatusCode.Forbidden);
        var operations = await City.Operator();
        (await operations.Get("operations/failed-messages/nothing_error.0")).ShouldBe(
            HttpStatusCode.NotFound,
            "failed_message_not_found"
        );
        (
            await operations.Post(
                "operations/redrives",
                new JsonObject { ["selection"] = new JsonObject(), ["reason"] = "" }
            )
        ).ShouldBe(HttpStatusCode.BadRequest, "validation_failed");
        foreach (
            var selection in new[]
            {
                """{"ids":[null]}""",
                """{"ids":[]}""",
                """{"ids":["x"],"queue":"track-assignments_error"}""",
                """{"ids":["x"],"fingerprint":"f"}""",
                "{}",
            }
        )
        foreach (var path in new[] { "operations/redrives", "operations/failed-messages/discard" })
            (await operations.PostRaw(path, $$"""{"selection":{{selection}},"reason":"x"}""")).ShouldBe(
                HttpStatusCode.BadRequest,
                "validation_failed"
            );
        (await operations.Get("operations/failed-messages?queue=notify-raider_error")).ShouldBe(
            HttpStatusCode.NotFound,
            "queue_not_found"
        );
    }

    static byte[] Envelope(Guid messageId, Guid rideId, string type, int redeliveries = 0, string from = "Contracts")
    {
        var envelope = new JsonObject
        {
            ["messageId"] = messageId.ToString(),
            ["messageType"] = new JsonArray($"urn:message:RideBooking.{from}:{type}"),
            ["message"] = new JsonObject { ["rideId"] = rideId.ToString(), ["riderId"] = 12 },
            ["sentTime"] = "2026-01-01T00:00:00Z",
            ["headers"] =
                redeliveries == 0 ? new JsonObject() : new JsonObject { ["MT-Redelivery-Count"] = redeliveries },
        };
        return Encoding.UTF8.GetBytes(envelope.ToJsonString());
    }

    static async Task<IReadOnlyList<JsonNode>> Messages(Person operations, string queue, Guid rideId) =>
        [.. Items(await operations.Get($"operations/failed-messages?queue={queue}&rideId={rideId}")).Select(m => m!)];

    static async Task<JsonNode> Message(Person operations, string queue, Guid rideId) =>
        Items(
            await operations.Until(
                $"a message of the ride in {queue}",
                $"operations/failed-messages?queue={queue}&rideId={rideId}",
                answer => Items(answer).Count == 1
            )
        )[0]!;

    // A list does not show bodies; the messages are few.
    static async Task<List<string>> Bodies(Person operations, string queue, IReadOnlyCollection<string> mine)
    {
        List<string> bodies = [];
        foreach (var item in Items(await operations.Get($"operations/failed-messages?queue={queue}&limit=100")))
            if (
                (await operations.Get($"operations/failed-messages/{item!["id"]}")).Body!["bodyText"]?.ToString()
                    is { } text
                && mine.Contains(text)
            )
                bodies.Add(text);
        return bodies;
    }

    static async Task Until(Person operations, string queue, string text)
    {
        await operations.Until(
            $"{text} in {queue}",
            $"operations/error-queues",
            answer => Items(answer).Any(item => item!["queue"]!.ToString() == queue)
        );
        await WaitFor.TrueAsync($"{text} is in {queue}", IsInQueue, WaitFor.Limit);

        async Task<bool> IsInQueue()
        {
            foreach (var item in Items(await operations.Get($"operations/failed-messages?queue={queue}&limit=100")))
                if (
                    item!["messageId"]?.ToString() == text
                    || (await operations.Get($"operations/failed-messages/{item["id"]}")).Body!["bodyText"]?.ToString()
                        == text
                )
                    return true;
            return false;
        }
    }

    static async Task<JsonNode> Queue(Person operations, string queue) =>
        Items(await operations.Get("operations/error-queues")).Single(item => item!["queue"]!.ToString() == queue)!;

    static JsonArray Items(Answer answer) => answer.Body!["items"]!.AsArray();
}
