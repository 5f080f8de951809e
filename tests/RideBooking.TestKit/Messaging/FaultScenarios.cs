using System.Text;
using System.Text.Json.Nodes;
using FluentValidation;
using MassTransit;
using Microsoft.Data.Sqlite;
using Npgsql;
using RideBooking.Platform.Messaging;
using RideBooking.TestKit.Observability;

namespace RideBooking.TestKit.Messaging;

/// <summary>Handling of failing messages, the same on each transport.</summary>
public abstract class FaultScenarios
{
    // Three retries after the first attempt, and the same again for each of two redeliveries.
    protected const int AllAttempts = 12;

    const string Queue = "troubled";
    const string Errors = "troubled_error";

    /// <summary>The transport and the database.</summary>
    protected virtual Task<(string, string)[]> Settings() => Task.FromResult<(string, string)[]>([]);

    [Fact]
    public async Task A_message_that_fails_n_times_and_then_succeeds_takes_effect_once()
    {
        await using var lab = await FaultLab.Start(await Settings());
        lab.Watch(Errors);
        // Within the retries, the last of them, in a redelivery, and at the last attempt of all.
        var failures = new[] { 1, 3, 4, AllAttempts - 1 }.ToDictionary(_ => NewId.NextGuid());
        lab.Behaviour.Fault = (who, trouble, before) =>
            who != nameof(Neighbour) && before < failures[trouble.Id]
                ? new InvalidOperationException($"Not yet: {before}")
                : null;

        foreach (var id in failures.Keys)
            await lab.Publish(new Trouble(id));

        foreach (var (id, times) in failures)
            await lab.Until(
                $"success after {times} failures, in the transaction and outside of it",
                () =>
                    lab.Behaviour.Effects.Count(effect => effect.Id == id) >= 2
                    && lab.Behaviour.Attempts(id, nameof(TroubledOutside)) > times
            );
        await lab.OutboxDrains();
        lab.Behaviour.Effects.ShouldBe(
            failures.Keys.SelectMany(id =>
                new[] { new Effect(id, nameof(Troubled)), new Effect(id, nameof(Neighbour)) }
            ),
            ignoreOrder: true
        );
        foreach (var (id, times) in failures)
        {
            lab.Behaviour.Attempts(id).ShouldBe(times + 1);
            lab.Behaviour.Attempts(id, nameof(Neighbour)).ShouldBe(1, "the other consumer has its own queue");
        }
        lab.LeftIn(Errors).ShouldBe(0);
    }

    [Fact]
    public async Task A_message_that_never_succeeds_ends_in_its_error_queue_with_its_headers_and_body()
    {
        await using var lab = await FaultLab.Start(await Settings());
        lab.Watch(Errors);
        var (poison, messageId) = (new Trouble(NewId.NextGuid(), "Gegen Gänsefüßchen: „“ 🚕"), NewId.NextGuid());
        var sound = Enumerable.Range(0, 20).Select(_ => new Trouble(NewId.NextGuid())).ToList();
        lab.Behaviour.Fault = (who, trouble, _) =>
            who == nameof(Troubled) && trouble.Id == poison.Id ? new InvalidOperationException("A bug.") : null;

        await lab.Publish(poison, messageId, ("Tenant", "Berlin"), ("Weight", 12));
        foreach (var trouble in sound)
            await lab.Publish(trouble);

        var dead = await lab.DeadLetterIn(Errors);
        lab.Behaviour.Attempts(poison.Id).ShouldBe(AllAttempts);
        var envelope = JsonNode.Parse(dead.Text)!;
        envelope["message"]!["id"]!.GetValue<Guid>().ShouldBe(poison.Id);
        envelope["message"]!["text"]!.GetValue<string>().ShouldBe(poison.Text);
        envelope["messageId"]!.GetValue<Guid>().ShouldBe(messageId);
        envelope["headers"]!["Tenant"]!.GetValue<string>().ShouldBe("Berlin");
        envelope["headers"]!["Weight"]!.GetValue<int>().ShouldBe(12);
        envelope["messageType"]![0]!.GetValue<string>().ShouldBe(MessageUrn.ForTypeString<Trouble>());
        dead.MessageId.ShouldBe(messageId);
        dead.Header(MessageHeaders.FaultMessage).ShouldBe("A bug.");
        dead.Header(MessageHeaders.FaultExceptionType).ShouldBe(typeof(InvalidOperationException).FullName);
        dead.Header(MessageHeaders.Reason).ShouldBe("fault");

        await lab.Until("the other consumers' effects", () => lab.Behaviour.Effects.Count >= 41);
        lab.Behaviour.Effects.ShouldNotContain(new Effect(poison.Id, nameof(Troubled)));
        lab.Behaviour.Effects.Distinct().Count().ShouldBe(41, "20 sound ones twice, and the poison's neighbour");
    }

    [Fact]
    public async Task A_message_with_a_permanent_error_is_tried_once()
    {
        await using var lab = await FaultLab.Start(await Settings());
        lab.Watch(Errors);
        var hopeless = new Exception[]
        {
            new UnacceptableMessageException("The amount is negative."),
            new ValidationException("The pickup is missing."),
            new NotSupportedException("Version 7."),
        }.ToDictionary(_ => NewId.NextGuid());
        lab.Behaviour.Fault = (who, trouble, _) => who == nameof(Troubled) ? hopeless[trouble.Id] : null;

        foreach (var (id, reason) in hopeless)
        {
            await lab.Publish(new Trouble(id));
            (await lab.DeadLetterIn(Errors)).Header(MessageHeaders.FaultMessage).ShouldBe(reason.Message);
            lab.Behaviour.Attempts(id).ShouldBe(1);
        }
    }

    // For example a request to another service that times out. The message must neither be retried endlessly nor be lost.
    [Fact]
    public async Task A_cancellation_that_is_not_the_shutdowns_is_a_failure_like_any_other()
    {
        await using var lab = await FaultLab.Start(await Settings());
        lab.Watch(Errors);
        var trouble = new Trouble(NewId.NextGuid());
        lab.Behaviour.Fault = (who, _, _) => who == nameof(Troubled) ? new TaskCanceledException("Too slow.") : null;

        await lab.Publish(trouble);

        await lab.DeadLetterIn(Errors);
        lab.Behaviour.Attempts(trouble.Id).ShouldBe(AllAttempts);
    }

    [Fact]
    public async Task A_message_in_an_error_queue_takes_effect_once_when_it_is_redriven_after_the_fix()
    {
        await using var lab = await FaultLab.Start(await Settings());
        lab.Watch(Errors);
        var trouble = new Trouble(NewId.NextGuid());
        var broken = true;
        lab.Behaviour.Fault = (who, _, _) =>
            broken && who == nameof(Troubled) ? new InvalidOperationException("A bug.") : null;
        await lab.Publish(trouble);
        var dead = await lab.DeadLetterIn(Errors);

        broken = false;
        await lab.PutRaw(Queue, dead.Body);
        await lab.PutRaw(Queue, dead.Body); // an operator who redrives twice
        await lab.Until("the effects", () => lab.Behaviour.Effects.Count >= 2);
        await lab.OutboxDrains();
        lab.Behaviour.Effects.Count(effect => effect.Of == nameof(Troubled)).ShouldBe(1);
    }

    [Theory]
    [InlineData("{}", "id")]
    [InlineData("""{"text":"A ride"}""", "id")]
    [InlineData("""{"id":null}""", "id")]
    [InlineData("""{"id":"00000000-0000-0000-0000-000000000000"}""", "id")]
    [InlineData("""{"id":7}""", "id")]
    [InlineData("""{"id":"0e8e7b5c-8c3a-4a0f-9f2e-111111111111","text":null}""", "text")]
    [InlineData("""{"id":"0e8e7b5c-8c3a-4a0f-9f2e-111111111111","text":{}}""", "text")]
    public async Task A_message_that_breaks_its_contract_is_never_tried_and_its_error_names_the_member(
        string message,
        string member
    )
    {
        await using var lab = await FaultLab.Start(await Settings());
        lab.Watch(Errors);
        var body = Envelope(message);

        await lab.PutRaw(Queue, body);

        var dead = await lab.DeadLetterIn(Errors);
        dead.Body.ShouldBe(body);
        dead.Header(MessageHeaders.FaultMessage).ShouldNotBeNull().ShouldContain(member);
        dead.Header(MessageHeaders.FaultRedeliveryCount).ShouldBeNull();
        lab.Behaviour.AttemptsInAll.ShouldBe(0);
    }

    [Fact]
    public async Task A_timer_that_lacks_its_destination_is_tried_once_and_its_error_names_the_member()
    {
        await using var lab = await FaultLab.Start([.. await Settings(), ("Messaging:Retry", "00:01:00")]);
        lab.Watch("quartz_error");
        var body = Envelope(
            $$"""{"correlationId":"{{NewId.NextGuid()}}","scheduledTime":"2020-01-01T00:00:00Z","payloadType":["urn:message:x"],"payload":{} }""",
            MessageUrn.ForTypeString<MassTransit.Scheduling.ScheduleMessage>()
        );

        await lab.PutRaw("quartz", body);

        var dead = await lab.DeadLetterIn("quartz_error");
        dead.Body.ShouldBe(body);
        dead.Header(MessageHeaders.FaultMessage).ShouldNotBeNull().ShouldContain("Destination");
    }

    [Fact]
    public async Task A_message_of_a_version_without_the_optional_members_is_accepted()
    {
        await using var lab = await FaultLab.Start(await Settings());
        lab.Watch(Errors);

        await lab.PutRaw(Queue, Envelope("""{"id":"0e8e7b5c-8c3a-4a0f-9f2e-111111111111","later":{}}"""));

        await lab.Until("the effect", () => lab.Behaviour.Effects.Count >= 1);
        lab.LeftIn(Errors).ShouldBe(0);
    }

    [Fact]
    public async Task A_redelivered_message_is_in_its_error_queue_as_it_was_sent()
    {
        await using var lab = await FaultLab.Start(await Settings());
        lab.Watch(Errors);
        var id = NewId.NextGuid();
        // Unknown members, members in another order, spaces and an old sender.
        var body = Encoding.UTF8.GetBytes(
            $$"""
            { "host": {"machineName":"elsewhere","assembly":"Old"}, "sentTime":"2020-02-03T04:05:06.7891234Z",
              "messageType":["{{MessageUrn.ForTypeString<Trouble>()}}"],
              "messageId":"{{NewId.NextGuid()}}", "conversationId" : "{{NewId.NextGuid()}}",
              "message": { "unknown":[1,null,{"a":1.50}], "id":"{{id}}" },
              "headers":{"Tenant":"Berlin","Weight":12}, "future":true }
            """
        );
        lab.Behaviour.Fault = (who, _, _) => who == nameof(Troubled) ? new InvalidOperationException("A bug.") : null;

        await lab.PutRaw(Queue, body, headers: [("From", "a stranger"), ("Number", 7)]);

        var dead = await lab.DeadLetterIn(Errors);
        lab.Behaviour.Attempts(id).ShouldBe(AllAttempts);
        dead.Text.ShouldBe(Encoding.UTF8.GetString(body));
        dead.Header("From").ShouldBe("a stranger");
        dead.Header("Number").ShouldBe("7");
        dead.Header(MessageHeaders.FaultRedeliveryCount).ShouldBe("2");
    }

    [Fact]
    public async Task Each_retry_and_each_redelivery_of_a_message_is_counted()
    {
        await using var lab = await FaultLab.Start(await Settings());
        lab.Watch(Errors);
        using var meters = new Meters(lab.Services);
        lab.Behaviour.Fault = (who, _, _) => who == nameof(Troubled) ? new InvalidOperationException("A bug.") : null;

        await lab.Publish(new Trouble(NewId.NextGuid()));
        await lab.DeadLetterIn(Errors);

        // Two redeliveries, and three retries of each of the three deliveries.
        Count("retries").ShouldBe(9);
        Count("redeliveries").ShouldBe(2);
        Count("failures").ShouldBe(3);

        double Count(string what) =>
            meters.Of($"ridebooking.endpoint.{what}").Where(it => it.Of.Split(',')[0] == Queue).Sum(it => it.Value);
    }

    [Fact]
    public async Task A_redelivery_and_a_timer_are_as_old_as_the_time_since_they_were_due()
    {
        await using var lab = await FaultLab.Start([
            .. await Settings(),
            ("Messaging:Retry", "00:00:00.001"),
            ("Messaging:Redelivery", "00:00:03"),
        ]);
        using var meters = new Meters(lab.Services);
        var trouble = new Trouble(NewId.NextGuid());
        lab.Behaviour.Fault = (who, _, before) =>
            who == nameof(Troubled) && before < 2 ? new InvalidOperationException("Not yet.") : null;

        await lab.Schedule(new Trouble(NewId.NextGuid(), "A timer"), TimeSpan.FromSeconds(3));
        await lab.Until("the timer", () => lab.Behaviour.Effects.Count >= 1);
        await lab.Publish(trouble);
        await lab.Until("the redelivery", () => lab.Behaviour.Attempts(trouble.Id) >= 3);
        await lab.Until("its effect", () => lab.Behaviour.Effects.Count(effect => effect.Id == trouble.Id) >= 2);

        meters.Of("ridebooking.endpoint.lag").Select(lag => lag.Value).Max().ShouldBeLessThan(2.5);
        meters.Of("ridebooking.endpoint.critical_time").Select(time => time.Value).Max().ShouldBeLessThan(2.5);
    }

    [Fact]
    public async Task An_outage_of_the_database_ends_in_no_error_queue_and_uses_up_no_redelivery()
    {
        await using var lab = await FaultLab.Start([.. await Settings(), ("Messaging:Redelivery", "")]);
        lab.Watch(Errors);
        lab.Watch("quartz_error");
        var unavailable = true;
        lab.Behaviour.Fault = (who, _, _) =>
            unavailable && who == nameof(Troubled)
                ? new InvalidOperationException("Failed.", new SqliteException("The disk is full.", 13))
                : null;
        var troubles = Enumerable.Range(0, 20).Select(_ => new Trouble(NewId.NextGuid())).ToList();

        foreach (var trouble in troubles)
            await lab.Publish(trouble);
        await lab.Until(
            "more attempts than there are retries",
            () => troubles.Max(trouble => lab.Behaviour.Attempts(trouble.Id)) > 8 && Neighbours() == 20
        );
        unavailable = false;

        await lab.Until("all effects", () => lab.Behaviour.Effects.Count >= 40);
        lab.Behaviour.Effects.Distinct().Count().ShouldBe(40);
        lab.LeftIn(Errors).ShouldBe(0);
        lab.LeftIn("quartz_error").ShouldBe(0);

        int Neighbours() => lab.Behaviour.Effects.Count(effect => effect.Of == nameof(Neighbour));
    }

    [Fact]
    public async Task A_message_whose_statement_always_times_out_delays_no_other_and_ends_in_the_error_queue()
    {
        await using var lab = await FaultLab.Start(await Settings());
        lab.Watch(Errors);
        var slow = new Trouble(NewId.NextGuid());
        lab.Behaviour.Fault = (who, trouble, _) =>
            who == nameof(Troubled) && trouble.Id == slow.Id
                ? new NpgsqlException("Exception while reading from stream", new TimeoutException("Too slow."))
                : null;

        await lab.Publish(slow);
        await lab.Until("the message to be tried again", () => lab.Behaviour.Attempts(slow.Id) > 2);
        var other = new Trouble(NewId.NextGuid());
        await lab.Publish(other);
        await lab.Until("the other", () => lab.Behaviour.Effects.Count(effect => effect.Id == other.Id) == 2);

        var dead = await lab.DeadLetterIn(Errors);
        lab.Behaviour.Attempts(slow.Id).ShouldBe(AllAttempts);
        dead.Header(MessageHeaders.FaultMessage).ShouldBe("Too slow.");
    }

    static readonly Dictionary<string, byte[]> s_malformed = new()
    {
        ["not JSON"] = "<ride/>"u8.ToArray(),
        ["nothing"] = [],
        ["not even text"] = [0xFF, 0x00, 0xFE, 0x80, 0x0A],
        ["JSON cut short"] = "{\"messageId\":\"2f1e"u8.ToArray(),
        ["JSON without an envelope"] = "{\"id\":\"0e8e7b5c-8c3a-4a0f-9f2e-111111111111\"}"u8.ToArray(),
        ["JSON that is no object"] = "[1,2,3]"u8.ToArray(),
        ["an envelope of wrong types"] = "{\"messageId\":17,\"messageType\":\"x\",\"message\":[]}"u8.ToArray(),
        ["an envelope with another message"] = Envelope("{\"id\":{\"of\":\"what\"},\"text\":[]}"),
        ["an envelope with no message"] = Envelope("null"),
        ["very deep JSON"] = Encoding.UTF8.GetBytes(new string('[', 100_000)),
        ["five megabytes of nothing"] = new byte[5_000_000],
    };

    [Fact]
    public async Task A_malformed_message_is_kept_as_it_came_and_the_endpoint_lives_on()
    {
        await using var lab = await FaultLab.Start(await Settings());
        lab.Watch(Errors);
        foreach (var (what, body) in s_malformed)
        {
            await lab.PutRaw(Queue, body, headers: ("From", "a stranger"));

            var dead = await lab.DeadLetterIn(Errors);
            dead.Body.ShouldBe(body, what);
            dead.Header("From").ShouldBe("a stranger", what);
            dead.Header(MessageHeaders.Reason).ShouldBe("fault", what);
        }

        await lab.Publish(new Trouble(NewId.NextGuid()));
        await lab.Until("the next message's effects", () => lab.Behaviour.Effects.Count >= 2);
    }

    [Fact]
    public async Task A_message_without_a_consumer_is_skipped_and_kept()
    {
        await using var lab = await FaultLab.Start(await Settings());
        lab.Watch(Errors);
        var body = Envelope(
            """{"id":"0e8e7b5c-8c3a-4a0f-9f2e-111111111111"}""",
            MessageUrn.ForTypeString<UnconsumedMessage>()
        );
        var mailbox = lab.Watch("troubled_skipped");
        await mailbox.Ready;

        await lab.PutRaw(Queue, body);

        (await lab.DeadLetterIn("troubled_skipped")).Body.ShouldBe(body);
        lab.LeftIn(Errors).ShouldBe(0);
    }

    protected static byte[] Envelope(string message, string? type = null) =>
        Encoding.UTF8.GetBytes(
            $$"""
            {"messageId":"{{NewId.NextGuid()}}","messageType":["{{type
                ?? MessageUrn.ForTypeString<Trouble>()}}"],"message":{{message}}}
            """
        );
}
