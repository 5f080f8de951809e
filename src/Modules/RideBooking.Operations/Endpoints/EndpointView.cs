using Microsoft.EntityFrameworkCore;
using RideBooking.Operations.FailedMessages;
using RideBooking.Platform.Messaging;
using RideBooking.Platform.Observability;
using RideBooking.Platform.Persistence;

namespace RideBooking.Operations.Endpoints;

/// <summary>An endpoint as operators see it: of all hosts together, in the last complete minute.</summary>
/// <param name="Name">The endpoint's name.</param>
/// <param name="Paused">Whether no host consumes its queue until an operator resumes it.</param>
/// <param name="Pause">Who paused it, when and why.</param>
/// <param name="QueueDepth">The messages that wait in its queue; null where the transport does not count them (in memory).</param>
/// <param name="Failed">The failed messages of the endpoint that wait for an operator.</param>
/// <param name="Throughput">Messages handled, per second.</param>
/// <param name="LagSeconds">How old a message was when the endpoint began with it, in seconds, on average; null if there was none.</param>
/// <param name="ProcessingSeconds">How long it took for a message, in seconds, on average, with retries in memory.</param>
/// <param name="CriticalTimeSeconds">From when a handled message was sent or due until it was handled, in seconds, on average.</param>
/// <param name="Failures">Messages that failed after all retries in memory, per second.</param>
/// <param name="Retries">Attempts after the first, per second.</param>
/// <param name="History">The last hour, one entry a minute, the oldest first; empty in a list without history.</param>
internal sealed record EndpointView(
    string Name,
    bool Paused,
    EndpointView.PauseView? Pause,
    long? QueueDepth,
    int Failed,
    double Throughput,
    double? LagSeconds,
    double? ProcessingSeconds,
    double? CriticalTimeSeconds,
    double Failures,
    double Retries,
    IReadOnlyList<EndpointView.MinuteView> History
)
{
    /// <summary>The gauge with the messages that wait, by endpoint.</summary>
    public const string QueueDepthGauge = "ridebooking.endpoint.messages";

    /// <summary>Returns the endpoints with these names.</summary>
    public static async Task<IReadOnlyList<EndpointView>> Of(
        IReadOnlyList<string> names,
        bool withHistory,
        AppDbContext db,
        GaugeReadings gauges,
        DateTimeOffset now,
        CancellationToken cancellationToken
    )
    {
        var end = EndpointMinute.RecordedUntil(now);
        var minutesRead = withHistory ? EndpointMinute.History : 1;
        var begin = end.AddMinutes(-minutesRead);
        var minutes = (
            await db.Set<EndpointMinute>()
                .Where(row => row.Minute >= begin && row.Minute < end && names.Contains(row.Endpoint))
                .GroupBy(row => new { row.Endpoint, row.Minute })
                .Select(hosts => new MinuteTotal(
                    hosts.Key.Endpoint,
                    hosts.Key.Minute,
                    hosts.Sum(row => row.Handled),
                    hosts.Sum(row => row.Failed),
                    hosts.Sum(row => row.Retries),
                    hosts.Sum(row => row.Redeliveries),
                    hosts.Sum(row => row.LagSum),
                    hosts.Max(row => row.LagMax),
                    hosts.Sum(row => row.ProcessingSum),
                    hosts.Max(row => row.ProcessingMax),
                    hosts.Sum(row => row.CriticalTimeSum),
                    hosts.Max(row => row.CriticalTimeMax),
                    hosts.Max(row => row.Messages)
                ))
                .ToListAsync(cancellationToken)
        ).ToDictionary(minute => (minute.Endpoint, minute.Minute));
        var paused = await db.Set<PausedEndpoint>()
            .AsNoTracking()
            .Where(row => names.Contains(row.Name))
            .ToDictionaryAsync(row => row.Name, cancellationToken);
        var queues = names
            .SelectMany(name => new[] { name + ReceiveEndpoints.ErrorSuffix, name + ReceiveEndpoints.SkippedSuffix })
            .ToList();
        var failed = await db.Set<StoredMessage>()
            .Where(row => row.Status == StoredMessage.Failed && queues.Contains(row.Queue))
            .GroupBy(row => row.Queue)
            .Select(queue => new { queue.Key, Count = queue.Count() })
            .ToDictionaryAsync(queue => queue.Key, queue => queue.Count, cancellationToken);
        var waiting = gauges.Values(QueueDepthGauge);
        return
        [
            .. names.Select(name =>
            {
                var history = Enumerable
                    .Range(0, minutesRead)
                    .Select(number => begin.AddMinutes(number))
                    .Select(minute => MinuteView.Of(minute, minutes.GetValueOrDefault((name, minute))))
                    .ToList();
                var last = history[^1];
                return new EndpointView(
                    name,
                    paused.ContainsKey(name),
                    paused.TryGetValue(name, out var row)
                        ? new PauseView(row.At, row.By, row.By is null, row.Reason)
                        : null,
                    waiting.TryGetValue(name, out var depth) ? (long)depth : null,
                    failed.GetValueOrDefault(name + ReceiveEndpoints.ErrorSuffix)
                        + failed.GetValueOrDefault(name + ReceiveEndpoints.SkippedSuffix),
                    last.Throughput,
                    last.LagSeconds,
                    last.ProcessingSeconds,
                    last.CriticalTimeSeconds,
                    last.Failures,
                    last.Retries,
                    withHistory ? history : []
                );
            }),
        ];
    }

    /// <param name="At">When it was paused.</param>
    /// <param name="By">The operator who paused it; null if that was automatic.</param>
    /// <param name="Automatic">Whether it was paused because too many messages failed for the same reason.</param>
    /// <param name="Reason">The reason; of an automatic pause with the fingerprint of the failures.</param>
    internal sealed record PauseView(DateTimeOffset At, string? By, bool Automatic, string Reason);

    /// <param name="At">The beginning of the minute.</param>
    /// <param name="QueueDepth">The messages that waited in its queue at the end; null where that is not known.</param>
    /// <param name="Throughput">Messages handled, per second.</param>
    /// <param name="LagSeconds">How old a message was when the endpoint began with it, in seconds, on average; null if there was none.</param>
    /// <param name="MaxLagSeconds">The same of the oldest message.</param>
    /// <param name="ProcessingSeconds">How long it took for a message, in seconds, on average, with retries in memory.</param>
    /// <param name="MaxProcessingSeconds">The longest of these.</param>
    /// <param name="CriticalTimeSeconds">From when a handled message was sent or due until it was handled, in seconds, on average.</param>
    /// <param name="MaxCriticalTimeSeconds">The longest of these.</param>
    /// <param name="Failures">Messages that failed after all retries in memory, per second.</param>
    /// <param name="Retries">Attempts after the first, per second.</param>
    /// <param name="Redeliveries">Messages that came again after a delay, per second.</param>
    internal sealed record MinuteView(
        DateTimeOffset At,
        long? QueueDepth,
        double Throughput,
        double? LagSeconds,
        double? MaxLagSeconds,
        double? ProcessingSeconds,
        double? MaxProcessingSeconds,
        double? CriticalTimeSeconds,
        double? MaxCriticalTimeSeconds,
        double Failures,
        double Retries,
        double Redeliveries
    )
    {
        public static MinuteView Of(DateTimeOffset at, MinuteTotal? total)
        {
            var (handled, failed) = (total?.Handled ?? 0, total?.Failed ?? 0);
            var ended = handled + failed;
            return new MinuteView(
                at,
                total?.Messages,
                PerSecond(handled),
                Mean(total?.LagSum, ended),
                ended == 0 ? null : total?.LagMax,
                Mean(total?.ProcessingSum, ended),
                ended == 0 ? null : total?.ProcessingMax,
                Mean(total?.CriticalTimeSum, handled),
                handled == 0 ? null : total?.CriticalTimeMax,
                PerSecond(failed),
                PerSecond(total?.Retries ?? 0),
                PerSecond(total?.Redeliveries ?? 0)
            );
        }

        static double PerSecond(int count) => Math.Round(count / 60.0, 3);

        static double? Mean(double? sum, int count) => count == 0 ? null : sum / count;
    }

    /// <summary>What all hosts did at an endpoint in a minute. See <see cref="EndpointMinute"/>.</summary>
    internal sealed record MinuteTotal(
        string Endpoint,
        DateTimeOffset Minute,
        int Handled,
        int Failed,
        int Retries,
        int Redeliveries,
        double LagSum,
        double LagMax,
        double ProcessingSum,
        double ProcessingMax,
        double CriticalTimeSum,
        double CriticalTimeMax,
        long? Messages
    );
}
