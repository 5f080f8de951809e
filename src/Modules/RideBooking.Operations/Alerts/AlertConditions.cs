using Microsoft.EntityFrameworkCore;
using RideBooking.Operations.Endpoints;
using RideBooking.Operations.FailedMessages;
using RideBooking.Platform.Observability;
using RideBooking.Platform.Persistence;

namespace RideBooking.Operations.Alerts;

/// <summary>Reads from the database and the gauges which alerts' conditions hold now.</summary>
internal sealed class AlertConditions(AppDbContext db, GaugeReadings gauges, AlertOptions options, TimeProvider clock)
{
    /// <summary>The time within which messages must fail for <see cref="AlertNames.FailedMessagesGrow"/>.</summary>
    public static readonly TimeSpan Window = TimeSpan.FromMinutes(5);

    /// <summary>Reads all conditions. What cannot be read is missing.</summary>
    public async Task<IReadOnlyList<Observation>> Read(CancellationToken cancellationToken)
    {
        var paused = await db.Set<PausedEndpoint>().Select(row => row.Name).ToListAsync(cancellationToken);
        IReadOnlyList<Observation?> all =
        [
            await FailedMessages(cancellationToken),
            await EndpointLags(paused, cancellationToken),
            new(
                AlertNames.EndpointIsPaused,
                [
                    .. paused.Select(name => new Condition(
                        name,
                        1,
                        null,
                        $"{name} is paused until an operator resumes it."
                    )),
                ]
            ),
            ByLabel(
                AlertNames.SubscriptionFallsBehind,
                "ridebooking.subscription.lag.age",
                options.SubscriptionLag,
                (name, age) => $"{name} is {Duration(age)} behind the event log."
            ),
            ByLabel(
                AlertNames.SubscriptionIsStopped,
                "ridebooking.subscription.stopped",
                null,
                (name, _) => $"{name} is stopped until an operator starts it."
            ),
            ByLabel(
                AlertNames.EventsAreParked,
                "ridebooking.subscription.parked",
                null,
                (name, count) => $"{name} has parked {Count(count, "event")}."
            ),
            Age(
                AlertNames.OutboxIsNotEmptied,
                "ridebooking.outbox.oldest.age",
                options.OutboxAge,
                age => $"A committed message has waited {Duration(age)} to be sent. Is the broker available?"
            ),
            Age(
                AlertNames.TimersAreOverdue,
                "ridebooking.scheduler.oldest_overdue.age",
                options.TimersOverdue,
                age => $"A timer is {Duration(age)} overdue: offers do not expire, redeliveries do not come."
            ),
            ByLabel(
                AlertNames.RidesAreStuck,
                "ridebooking.rides.stuck",
                null,
                (state, count) => $"{Count(count, "ride")} {(count == 1 ? "is" : "are")} stuck in state {state}."
            ),
            ByLabel(
                AlertNames.DeliveriesFailed,
                "ridebooking.deliveries.failed",
                null,
                (channel, count) =>
                    $"{Count(count, $"{channel} delivery", $"{channel} deliveries")} failed at every attempt."
            ),
        ];
        return [.. all.OfType<Observation>()];
    }

    async Task<Observation> FailedMessages(CancellationToken cancellationToken)
    {
        if (options.FailedMessages == 0)
            return new(AlertNames.FailedMessagesGrow, []);
        var since = clock.GetUtcNow() - Window;
        // By when they came to the store: a skipped message says only when it was sent. Those that operators have dealt with are not
        // new, even if they are failed messages again.
        var queues = await db.Set<StoredMessage>()
            .Where(row => row.Status == StoredMessage.Failed && row.StatusAt >= since)
            .Where(row => row.RedriveId == null && row.History == "")
            .GroupBy(row => row.Queue)
            .Select(queue => new { queue.Key, Count = queue.Count() })
            .ToListAsync(cancellationToken);
        return new(
            AlertNames.FailedMessagesGrow,
            [
                .. queues
                    .Where(queue => queue.Count >= options.FailedMessages)
                    .Select(queue => new Condition(
                        queue.Key,
                        queue.Count,
                        options.FailedMessages,
                        $"{Count(queue.Count, "message")} failed for good within {Duration(Window.TotalSeconds)}, in {queue.Key}."
                    )),
            ]
        );
    }

    async Task<Observation> EndpointLags(List<string> paused, CancellationToken cancellationToken)
    {
        var limit = options.EndpointLag;
        if (limit == TimeSpan.Zero)
            return new(AlertNames.EndpointLags, []);
        var minutes = (int)limit.TotalMinutes + 2;
        var end = EndpointMinute.RecordedUntil(clock.GetUtcNow());
        var begin = end.AddMinutes(-minutes);
        var rows = await db.Set<EndpointMinute>()
            .Where(row => row.Minute >= begin && row.Minute < end)
            .GroupBy(row => new { row.Endpoint, row.Minute })
            .Select(hosts => new
            {
                hosts.Key.Endpoint,
                hosts.Key.Minute,
                Messages = hosts.Sum(row => row.Handled + row.Failed),
                Lag = hosts.Sum(row => row.LagSum),
                Waiting = hosts.Max(row => row.Messages),
            })
            .ToListAsync(cancellationToken);
        List<Condition> holding = [];
        List<string> unknown = [];
        foreach (var endpoint in rows.GroupBy(row => row.Endpoint))
        {
            var history = endpoint.ToDictionary(row => row.Minute);
            // How many minutes it has begun with no message, although some waited.
            var idle = 0;
            while (history.GetValueOrDefault(end.AddMinutes(-idle - 1)) is { Messages: 0, Waiting: > 0 })
                idle++;
            // Those that wait at the end of the first of these minutes were sent at any time in it.
            var waits = (idle - 1) * 60.0;
            if (idle == 0)
            {
                var last = history.GetValueOrDefault(end.AddMinutes(-1));
                var lag = last is { Messages: > 0 } ? last.Lag / last.Messages : 0;
                if (lag > limit.TotalSeconds)
                    holding.Add(
                        new(
                            endpoint.Key,
                            lag,
                            limit.TotalSeconds,
                            $"{endpoint.Key} began with messages {Duration(lag)} after they were sent, on average in the last minute."
                        )
                    );
            }
            else if (waits > limit.TotalSeconds && !paused.Contains(endpoint.Key))
                holding.Add(
                    new(
                        endpoint.Key,
                        waits,
                        limit.TotalSeconds,
                        $"{endpoint.Key} has begun with no message for more than {Duration(waits)}, although messages wait."
                    )
                );
            else
                unknown.Add(endpoint.Key);
        }
        return new(AlertNames.EndpointLags, holding) { Unknown = unknown };
    }

    Observation? Age(string alert, string gauge, TimeSpan limit, Func<double, string> text) =>
        gauges.Value(gauge) is not { } age ? null
        : limit > TimeSpan.Zero && age > limit.TotalSeconds
            ? new(alert, [new Condition("", age, limit.TotalSeconds, text(age))])
        : new(alert, []);

    Observation? ByLabel(string alert, string gauge, TimeSpan? limit, Func<string, double, string> text)
    {
        var values = gauges.Values(gauge);
        if (values.Count == 0)
            return null;
        return new(
            alert,
            limit == TimeSpan.Zero
                ? []
                :
                [
                    .. values
                        .Where(reading => reading.Value > (limit?.TotalSeconds ?? 0))
                        .Select(reading => new Condition(
                            reading.Key,
                            reading.Value,
                            limit?.TotalSeconds,
                            text(reading.Key, reading.Value)
                        )),
                ]
        );
    }

    static string Count(double count, string noun, string? plural = null) =>
        count == 1 ? $"1 {noun}" : $"{count:0} {plural ?? $"{noun}s"}";

    static string Duration(double seconds) =>
        seconds switch
        {
            < 120 => $"{seconds:0} s",
            < 7200 => $"{seconds / 60:0} min",
            _ => $"{seconds / 3600:0} h",
        };
}

/// <summary>What was read of one kind of alert. A subject that is in neither list is as it should be.</summary>
/// <param name="Alert">The alert's name.</param>
/// <param name="Holding">The conditions that hold.</param>
internal sealed record Observation(string Alert, IReadOnlyList<Condition> Holding)
{
    /// <summary>The subjects of which it is not known.</summary>
    public IReadOnlyCollection<string> Unknown { get; init; } = [];
}

/// <summary>A condition of an alert that holds.</summary>
/// <param name="Subject">As <see cref="Alert.Subject"/>.</param>
/// <param name="Value">As <see cref="Alert.Value"/>.</param>
/// <param name="Limit">As <see cref="Alert.Limit"/>.</param>
/// <param name="Text">As <see cref="Alert.Text"/>.</param>
internal sealed record Condition(string Subject, double Value, double? Limit, string Text);
