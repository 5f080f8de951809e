using MassTransit;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using RideBooking.Platform.Messaging;
using RideBooking.Platform.Observability;
using RideBooking.Platform.Persistence;

namespace RideBooking.Operations.Endpoints;

/// <summary>Records once a minute what this host did at its endpoints, and deletes what is older than the history.</summary>
/// <remarks>While the database is unavailable, a host keeps its rows of the last hour in memory.</remarks>
internal sealed class RecordEndpointMinutes(
    EndpointTotals totals,
    ReceiveEndpoints endpoints,
    GaugeReadings gauges,
    IServiceScopeFactory scopes,
    TimeProvider clock,
    ILogger<RecordEndpointMinutes> logger
) : BackgroundService
{
    // A timer may be early.
    static readonly TimeSpan s_margin = TimeSpan.FromMilliseconds(500);
    static readonly TimeSpan s_history = TimeSpan.FromMinutes(EndpointMinute.History + 5);
    const int MinutesBetweenDeletes = 10;

    readonly Guid _host = Guid.CreateVersion7();
    readonly List<EndpointMinute> _unsaved = [];
    DateTimeOffset _last = DateTimeOffset.MinValue;
    DateTimeOffset _deleted = DateTimeOffset.MinValue;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
            try
            {
                var now = clock.GetUtcNow();
                var minute = EndpointMinute.Of(now);
                await Task.Delay(minute.AddMinutes(1) - now + s_margin, clock, stoppingToken);
                await Record(minute, stoppingToken);
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested) { }
            catch (Exception exception)
            {
                logger.LogWarning(
                    exception,
                    "The history of the endpoints was not recorded; the next minute records this one too"
                );
            }
    }

    /// <summary>Records what was done since the previous call as that of a minute, which has ended.</summary>
    public async Task Record(DateTimeOffset minute, CancellationToken cancellationToken)
    {
        // The clock was set back: the next minute has these too.
        if (minute <= _last)
            return;
        _last = minute;
        var waiting = gauges.Values(EndpointView.QueueDepthGauge);
        var known = endpoints.Names.ToHashSet(StringComparer.Ordinal);
        var done = totals.Take().ToDictionary(total => total.Endpoint, StringComparer.Ordinal);
        foreach (var name in known)
        {
            done.TryGetValue(name, out var total);
            long? messages = waiting.TryGetValue(name, out var depth) ? (long)depth : null;
            if (total is { Handled: > 0 } or { Failed: > 0 } or { Retries: > 0 } || messages > 0)
                _unsaved.Add(Row(minute, name, total, messages));
        }
        _unsaved.RemoveAll(row => row.Minute < minute - s_history);
        await Save(minute, cancellationToken);
    }

    async Task Save(DateTimeOffset minute, CancellationToken cancellationToken)
    {
        await using var scope = scopes.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<AppDbContext>();
        db.AddRange(_unsaved);
        try
        {
            await db.SaveChangesAsync(cancellationToken);
            _unsaved.Clear();
        }
        catch (DbUpdateException exception) when (DatabaseConflicts.IsDuplicateKey(exception))
        {
            // The earlier minutes were saved before: the answer to that attempt was lost. This one follows with the next.
            _unsaved.RemoveAll(row => row.Minute < minute);
        }
        if (minute - _deleted < TimeSpan.FromMinutes(MinutesBetweenDeletes))
            return;
        _deleted = minute;
        await db.Set<EndpointMinute>()
            .Where(row => row.Minute < minute - s_history)
            .ExecuteDeleteAsync(cancellationToken);
    }

    EndpointMinute Row(DateTimeOffset minute, string name, EndpointTotals.Total? total, long? messages) =>
        new()
        {
            Minute = minute,
            Endpoint = name,
            Host = _host,
            Handled = total?.Handled ?? 0,
            Failed = total?.Failed ?? 0,
            Retries = total?.Retries ?? 0,
            Redeliveries = total?.Redeliveries ?? 0,
            LagSum = total?.Lag.Sum ?? 0,
            LagMax = total?.Lag.Max ?? 0,
            ProcessingSum = total?.Processing.Sum ?? 0,
            ProcessingMax = total?.Processing.Max ?? 0,
            CriticalTimeSum = total?.CriticalTime.Sum ?? 0,
            CriticalTimeMax = total?.CriticalTime.Max ?? 0,
            Messages = messages,
        };
}
