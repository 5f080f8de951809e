using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using RideBooking.Operations.Alerts;
using RideBooking.Operations.FailedMessages;
using RideBooking.Platform.Observability;
using RideBooking.TestKit.Observability;

namespace RideBooking.Tests.Operations.Alerts;

public sealed class EvaluateAlertsTests : IAsyncLifetime
{
    const string Endpoint = "compute-fare";
    const string Queue = "compute-fare_error";
    const string OutboxAge = "ridebooking.outbox.oldest.age";

    static readonly TimeSpan s_endAfter = TimeSpan.FromMinutes(1);

    AlertLab _lab = null!;

    static CancellationToken Stop => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _lab = await AlertLab.Open();

    public ValueTask DisposeAsync() => _lab.DisposeAsync();

    [Theory]
    [InlineData(
        AlertNames.FailedMessagesGrow,
        Queue,
        1,
        "1 message failed for good within 5 min, in compute-fare_error."
    )]
    [InlineData(
        AlertNames.EndpointLags,
        Endpoint,
        75,
        "compute-fare began with messages 75 s after they were sent, on average in the last minute."
    )]
    [InlineData(AlertNames.EndpointIsPaused, Endpoint, 1, "compute-fare is paused until an operator resumes it.")]
    [InlineData(AlertNames.SubscriptionFallsBehind, "ride-facts", 600, "ride-facts is 10 min behind the event log.")]
    [InlineData(
        AlertNames.SubscriptionIsStopped,
        "ride-facts",
        1,
        "ride-facts is stopped until an operator starts it."
    )]
    [InlineData(AlertNames.EventsAreParked, "ride-facts", 3, "ride-facts has parked 3 events.")]
    [InlineData(
        AlertNames.OutboxIsNotEmptied,
        "",
        61,
        "A committed message has waited 61 s to be sent. Is the broker available?"
    )]
    [InlineData(
        AlertNames.TimersAreOverdue,
        "",
        90,
        "A timer is 90 s overdue: offers do not expire, redeliveries do not come."
    )]
    [InlineData(AlertNames.RidesAreStuck, "requested", 2, "2 rides are stuck in state requested.")]
    [InlineData(AlertNames.DeliveriesFailed, "webhook", 3, "3 webhook deliveries failed at every attempt.")]
    public async Task Raises_an_alert_while_its_condition_holds_and_ends_it_after_a_minute(
        string name,
        string subject,
        double value,
        string text
    )
    {
        await Clear(name, subject);
        await _lab.Evaluate();
        (await _lab.Alerts()).ShouldBeEmpty();

        await Hold(name, subject, value);
        await _lab.Evaluate();
        var raised = (await _lab.All<Alert>()).ShouldHaveSingleItem();
        (raised.Name, raised.Subject, raised.Text, raised.EndedAt).ShouldBe((name, subject, text, null));
        raised.Value.ShouldBe(value);
        _lab.Lines.Select(line => (line.Level, line.Message))
            .ShouldBe([(LogLevel.Warning, $"Alert {name} fires: {text}")]);

        await Clear(name, subject);
        await _lab.EvaluateFor(s_endAfter);
        (await _lab.Alerts()).ShouldBe([(name, subject, false)]);
        await _lab.EvaluateFor(2 * s_endAfter);
        (await _lab.Alerts()).ShouldBe([(name, subject, true)]);
        _lab.Lines.Select(line => (line.Level, line.Message))
            .Skip(1)
            .ShouldBe([(LogLevel.Information, $"Alert {name} has ended. It was: {text}")]);
        (await _lab.All<AlertNotification>())
            .OrderBy(notification => notification.CreatedAt)
            .Select(notification => notification.EndedAt is not null)
            .ShouldBe([false, true]);
    }

    [Fact]
    public async Task Raises_and_ends_an_alert_once_for_all_hosts()
    {
        EvaluateAlerts[] hosts = [.. Enumerable.Range(0, 4).Select(_ => _lab.Host())];
        for (var round = 1; round <= 10; round++)
        {
            await _lab.Pause(Endpoint);
            await _lab.EvaluateFor(TimeSpan.FromSeconds(30), hosts);
            await _lab.Resume(Endpoint);
            await _lab.EvaluateFor(s_endAfter + TimeSpan.FromSeconds(30), hosts);

            (await _lab.Alerts()).ShouldBe(Enumerable.Repeat((AlertNames.EndpointIsPaused, Endpoint, true), round));
            _lab.Lines.Count(line => line.Level == LogLevel.Warning).ShouldBe(round);
            _lab.Lines.Count(line => line.Level == LogLevel.Information).ShouldBe(round);
            (await _lab.All<AlertNotification>()).Count.ShouldBe(2 * round);
        }
    }

    [Fact]
    public async Task Does_not_end_an_alert_whose_condition_comes_and_goes_within_a_minute()
    {
        await _lab.Evaluate();
        for (var times = 0; times < 5; times++)
        {
            _lab.Set(OutboxAge, 100);
            await _lab.EvaluateFor(TimeSpan.FromSeconds(20));
            _lab.Set(OutboxAge, 0);
            await _lab.EvaluateFor(TimeSpan.FromSeconds(50));
        }

        (await _lab.Alerts()).ShouldBe([(AlertNames.OutboxIsNotEmptied, "", false)]);
        await _lab.EvaluateFor(TimeSpan.FromSeconds(20));
        (await _lab.Alerts()).ShouldBe([(AlertNames.OutboxIsNotEmptied, "", true)]);
    }

    [Fact]
    public async Task Neither_raises_nor_ends_an_alert_whose_gauge_cannot_be_read()
    {
        const string lag = "ridebooking.subscription.lag.age";
        await _lab.Evaluate();
        (await _lab.Alerts()).ShouldBeEmpty("no gauge can be read");
        _lab.Set(OutboxAge, 100);
        _lab.Set(lag, "ride-facts", 100);
        await _lab.Evaluate();
        (await _lab.Alerts()).Count.ShouldBe(2);

        _lab.Set(OutboxAge, 0);
        _lab.Set(lag, "ride-facts", 0);
        await _lab.EvaluateFor(TimeSpan.FromSeconds(30));
        _lab.Gauges.Clear();
        await _lab.EvaluateFor(TimeSpan.FromMinutes(10));
        (await _lab.Alerts()).ShouldAllBe(alert => !alert.HasEnded);

        // The time in which it was not known does not count.
        _lab.Set(OutboxAge, 0);
        await _lab.EvaluateFor(TimeSpan.FromSeconds(60));
        (await _lab.Alerts()).ShouldAllBe(alert => !alert.HasEnded);
        await _lab.EvaluateFor(TimeSpan.FromSeconds(10));
        (await _lab.Alerts()).Where(alert => alert.HasEnded).ShouldBe([(AlertNames.OutboxIsNotEmptied, "", true)]);
    }

    [Fact]
    public async Task Ends_an_alert_that_a_host_raised_which_is_gone()
    {
        _lab.Set(OutboxAge, 100);
        await _lab.Evaluate(_lab.Host());
        _lab.Set(OutboxAge, 0);

        await _lab.EvaluateFor(TimeSpan.FromSeconds(80), _lab.Host());

        (await _lab.Alerts()).ShouldBe([(AlertNames.OutboxIsNotEmptied, "", true)]);
    }

    [Fact]
    public async Task Raises_an_alert_when_an_endpoint_begins_with_no_message_although_messages_wait()
    {
        await _lab.Minute(Endpoint, 3, handled: 5, lag: 0.1, waiting: 2);
        foreach (var number in new[] { 2, 1 })
            await _lab.Minute(Endpoint, number, handled: 0, lag: 0, waiting: 3);
        // It handles none of these, but that is intended.
        await _lab.Pause("call-gateway");
        foreach (var number in new[] { 3, 2, 1 })
            await _lab.Minute("call-gateway", number, handled: 0, lag: 0, waiting: 3);
        await _lab.Evaluate();
        (await _lab.Alerts()).ShouldBe([(AlertNames.EndpointIsPaused, "call-gateway", false)]);

        _lab.Clock.Advance(TimeSpan.FromMinutes(1));
        await _lab.Minute(Endpoint, 1, handled: 0, lag: 0, waiting: 3);
        await _lab.Evaluate();

        var lags = (await _lab.All<Alert>()).Single(alert => alert.Name == AlertNames.EndpointLags);
        lags.Text.ShouldBe("compute-fare has begun with no message for more than 2 min, although messages wait.");
    }

    [Fact]
    public async Task Counts_messages_that_failed_within_five_minutes_and_not_those_that_operators_dealt_with()
    {
        await using var lab = await AlertLab.Open(("Operations:Alerts:FailedMessages", "3"));
        await lab.Fail(Queue);
        lab.Clock.Advance(TimeSpan.FromMinutes(4));
        await lab.Fail(Queue);
        await lab.Fail("ride_error");
        lab.Clock.Advance(TimeSpan.FromMinutes(2));
        await lab.Fail(Queue);
        await lab.Evaluate();
        (await lab.Alerts()).ShouldBeEmpty("one of the three is six minutes old");

        // Restored from a discard.
        await lab.In(db =>
            db.Set<StoredMessage>()
                .Where(row => row.Queue == Queue)
                .ExecuteUpdateAsync(
                    set => set.SetProperty(row => row.StatusAt, lab.Now).SetProperty(row => row.History, "{}\n"),
                    Stop
                )
        );
        await lab.Evaluate();
        (await lab.Alerts()).ShouldBeEmpty();

        for (var number = 0; number < 3; number++)
            await lab.Fail(Queue);
        await lab.Evaluate();
        (await lab.Alerts()).ShouldBe([(AlertNames.FailedMessagesGrow, Queue, false)]);
    }

    [Fact]
    public async Task Shows_the_last_value_and_never_fires_with_a_limit_of_zero()
    {
        await using var lab = await AlertLab.Open(
            ("Operations:Alerts:FailedMessages", "0"),
            ("Operations:Alerts:EndpointLag", "00:00:00"),
            ("Operations:Alerts:SubscriptionLag", "00:00:00"),
            ("Operations:Alerts:TimersOverdue", "00:00:00"),
            ("Operations:Alerts:OutboxAge", "00:02:00")
        );
        await lab.Fail(Queue);
        await lab.Minute(Endpoint, 1, handled: 1, lag: 1000);
        lab.Set("ridebooking.subscription.lag.age", "ride-facts", 1000);
        lab.Set("ridebooking.scheduler.oldest_overdue.age", 1000);
        lab.Set(OutboxAge, 119);
        await lab.Evaluate();
        (await lab.Alerts()).ShouldBeEmpty();

        lab.Set(OutboxAge, 121);
        await lab.Evaluate();
        lab.Set(OutboxAge, 300);
        await lab.EvaluateFor(TimeSpan.FromSeconds(10));

        var alert = (await lab.All<Alert>()).ShouldHaveSingleItem();
        (alert.Value, alert.Limit, alert.LastSeenAt).ShouldBe((300, 120, lab.Now));
        alert.Text.ShouldContain("5 min");
    }

    [Fact]
    public async Task Is_counted_by_alert_in_the_metrics()
    {
        using var meters = new Meters(_lab.Services);
        await _lab.Pause(Endpoint);
        await _lab.Pause("call-gateway");
        await _lab.Evaluate();
        await _lab.Services.GetRequiredService<PolledGauges>().PollAll(Stop);

        var counts = meters.Of("ridebooking.alerts").ToDictionary(measured => measured.Of, measured => measured.Value);
        counts.Keys.ShouldBe(AlertNames.All, ignoreOrder: true);
        counts.Where(count => count.Value > 0).ShouldBe([new(AlertNames.EndpointIsPaused, 2)]);
    }

    [Fact]
    public async Task Lists_what_fires_and_keeps_what_has_ended_for_a_week()
    {
        await _lab.Pause(Endpoint);
        await _lab.Evaluate();
        await _lab.Resume(Endpoint);
        await _lab.Pause("call-gateway");
        await _lab.EvaluateFor(TimeSpan.FromMinutes(2));
        _lab.Set(OutboxAge, 100);
        await _lab.Evaluate();

        (await Listed("alerts")).ShouldBe([("OutboxIsNotEmptied", "firing"), ("EndpointIsPaused", "firing")]);
        var all = await _lab.Get("alerts?ended=true");
        all["items"]!
            .AsArray()
            .Select(alert => alert!["subject"]?.ToString())
            .ShouldBe([null, "call-gateway", Endpoint]);
        all["items"]![2]!["status"]!.ToString().ShouldBe("ended");
        // One after the other, they are the same.
        List<string?> paged = [];
        string? cursor = null;
        do
        {
            var page = await _lab.Get($"alerts?ended=true&limit=1{(cursor is null ? "" : $"&cursor={cursor}")}");
            paged.Add(page["items"]!.AsArray().ShouldHaveSingleItem()!["subject"]?.ToString());
            cursor = page["nextCursor"]?.ToString();
        } while (cursor is not null);
        paged.ShouldBe([null, "call-gateway", Endpoint]);

        _lab.Clock.Advance(TimeSpan.FromDays(7.1));
        await _lab.Evaluate();
        (await _lab.Alerts()).ShouldAllBe(alert => !alert.HasEnded);
        (await _lab.All<AlertNotification>()).ShouldBeEmpty();
    }

    async Task<List<(string, string)>> Listed(string path) =>
        [
            .. (await _lab.Get(path))["items"]!
                .AsArray()
                .Select(alert => (alert!["alert"]!.ToString(), alert["status"]!.ToString())),
        ];

    Task Hold(string name, string subject, double value) =>
        name switch
        {
            AlertNames.FailedMessagesGrow => _lab.Fail(subject),
            AlertNames.EndpointLags => _lab.Minute(subject, 1, handled: 10, value),
            AlertNames.EndpointIsPaused => _lab.Pause(subject),
            _ => Set(name, subject, value),
        };

    // What failed, and the lag of a minute, are history soon.
    Task Clear(string name, string subject) =>
        name switch
        {
            AlertNames.FailedMessagesGrow => _lab.In(db => db.Set<StoredMessage>().ExecuteDeleteAsync(Stop)),
            AlertNames.EndpointLags => Task.CompletedTask,
            AlertNames.EndpointIsPaused => _lab.Resume(subject),
            _ => Set(name, subject, 0),
        };

    Task Set(string name, string subject, double value)
    {
        var gauge = name switch
        {
            AlertNames.SubscriptionFallsBehind => "ridebooking.subscription.lag.age",
            AlertNames.SubscriptionIsStopped => "ridebooking.subscription.stopped",
            AlertNames.EventsAreParked => "ridebooking.subscription.parked",
            AlertNames.OutboxIsNotEmptied => OutboxAge,
            AlertNames.TimersAreOverdue => "ridebooking.scheduler.oldest_overdue.age",
            AlertNames.RidesAreStuck => "ridebooking.rides.stuck",
            AlertNames.DeliveriesFailed => "ridebooking.deliveries.failed",
            _ => throw new ArgumentOutOfRangeException(nameof(name), name, null),
        };
        _lab.Set(gauge, subject, value);
        return Task.CompletedTask;
    }
}
