using System.Collections.Concurrent;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using RideBooking.EventLog;
using RideBooking.Platform;
using RideBooking.Platform.Persistence;

namespace RideBooking.Notifications.Deliveries;

/// <summary>Sends e-mails and webhooks, including those of hosts that died.</summary>
/// <remarks>
/// A delivery is claimed for the time of an attempt. A host that dies during an attempt causes another with the same id when its
/// claim expires. The mail server and each partner have a lane of their own, so that a slow one does not delay the others. In a
/// lane, what is about the same ride is sent in the order of its events: the next waits until the one before is delivered or
/// has failed.
/// </remarks>
internal sealed partial class SendDeliveries(
    IEnumerable<IDeliveryChannel> channels,
    DeliverySignal signal,
    IServiceScopeFactory scopes,
    TimeProvider clock,
    ILogger<SendDeliveries> logger
) : BackgroundService
{
    public static readonly TimeSpan Timeout = TimeSpan.FromSeconds(10);

    /// <summary>The pauses between attempts, about an hour; after the last attempt a delivery has failed.</summary>
    public static readonly IReadOnlyList<TimeSpan> Pauses =
    [
        TimeSpan.FromSeconds(5),
        TimeSpan.FromSeconds(25),
        TimeSpan.FromMinutes(1),
        TimeSpan.FromMinutes(3),
        TimeSpan.FromMinutes(6),
        TimeSpan.FromMinutes(10),
        TimeSpan.FromMinutes(20),
        TimeSpan.FromMinutes(20),
    ];

    // Attempts at the same time in a lane.
    const int BatchSize = 8;

    static readonly TimeSpan s_pollInterval = TimeSpan.FromSeconds(1);
    static readonly TimeSpan s_claim = 3 * Timeout;

    readonly Dictionary<string, IDeliveryChannel> _channels = channels
        .Where(channel => channel.IsOn)
        .ToDictionary(channel => channel.Name);
    readonly ConcurrentDictionary<string, Task> _lanes = new();

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var fails = false;
        while (!stoppingToken.IsCancellationRequested)
            try
            {
                foreach (var lane in await DueLanes(stoppingToken))
                    Start(lane, stoppingToken);
                fails = false;
                await signal.Wait(s_pollInterval, stoppingToken);
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested) { }
            catch (Exception exception)
            {
                // Once for each outage of the database.
                LogUnavailable(fails ? LogLevel.Debug : LogLevel.Warning, exception);
                fails = true;
                await Task.Delay(s_pollInterval, clock, stoppingToken)
                    .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        await Task.WhenAll(_lanes.Values).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    /// <summary>Sends everything that is due now.</summary>
    /// <returns>How many attempts that were.</returns>
    public async Task<int> SendDue(CancellationToken cancellationToken)
    {
        var attempts = 0;
        foreach (var lane in await DueLanes(cancellationToken))
            while (await SendBatch(lane, cancellationToken) is > 0 and var sent)
                attempts += sent;
        return attempts;
    }

    void Start(Lane lane, CancellationToken cancellationToken)
    {
        var key = $"{lane.Channel} {lane.Recipient}";
        if (_lanes.TryGetValue(key, out var running) && !running.IsCompleted)
            return;
        _lanes[key] = Task.Run(
            async () =>
            {
                try
                {
                    while (await SendBatch(lane, cancellationToken) > 0) { }
                }
                catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
                {
                    LogUnavailable(LogLevel.Debug, exception);
                }
                catch (OperationCanceledException)
                {
                    // Stopping. The claims expire.
                }
                _lanes.TryRemove(key, out _);
            },
            CancellationToken.None
        );
    }

    async Task<List<Lane>> DueLanes(CancellationToken cancellationToken)
    {
        if (_channels.Count == 0)
            return [];
        await using var scope = scopes.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<AppDbContext>();
        return await db.Set<Delivery>().DueLanes([.. _channels.Keys], clock.GetUtcNow(), cancellationToken);
    }

    async Task<int> SendBatch(Lane lane, CancellationToken cancellationToken)
    {
        var claimed = await Claim(lane, cancellationToken);
        await Task.WhenAll(claimed.Select(delivery => Send(delivery, cancellationToken)));
        return claimed.Count;
    }

    async Task<List<Delivery>> Claim(Lane lane, CancellationToken cancellationToken)
    {
        await using var scope = scopes.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<AppDbContext>();
        var now = clock.GetUtcNow();
        var rows = db.Set<Delivery>();
        var due = await rows.NextIn(lane, now).Take(BatchSize).ToListAsync(cancellationToken);
        var until = now + s_claim;
        List<Delivery> mine = [];
        foreach (var row in due)
        {
            var claimed = await rows.Where(other =>
                    other.Id == row.Id
                    && other.Status == Delivery.Pending
                    && other.Attempts == row.Attempts
                    && other.NextAttemptAt == row.NextAttemptAt
                )
                .ExecuteUpdateAsync(
                    set =>
                        set.SetProperty(other => other.NextAttemptAt, until)
                            .SetProperty(other => other.Attempts, other => other.Attempts + 1),
                    cancellationToken
                );
            row.Attempts++;
            if (claimed == 1)
                mine.Add(row);
        }
        return mine;
    }

    async Task Send(Delivery delivery, CancellationToken cancellationToken)
    {
        await using var scope = scopes.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<AppDbContext>();
        var result = await Attempt(delivery, db, cancellationToken);
        if (result.Error is null)
            await RecordDelivery(db, delivery, cancellationToken);
        else
            await RecordFailure(db, delivery, result, cancellationToken);
    }

    async Task<DeliveryResult> Attempt(Delivery delivery, AppDbContext db, CancellationToken cancellationToken)
    {
        if (await db.EventAt(delivery.Position, cancellationToken) is not { } logged)
            return DeliveryResult.Refused("The event log does not have the event at its position.");
        try
        {
            return await _channels[delivery.Channel].Send(delivery, logged, db, cancellationToken);
        }
        catch (UnreadableEventException exception)
        {
            return DeliveryResult.Refused(exception.Message);
        }
        // Without this, what a library throws would be tried without an end. Its message may name an address.
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
        {
            return DeliveryResult.Failed($"The attempt failed: {exception.GetType().Name}.");
        }
    }

    async Task RecordDelivery(AppDbContext db, Delivery delivery, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        // Also if another host tries again because this attempt took too long.
        await db.Set<Delivery>()
            .Where(row => row.Id == delivery.Id && row.Status != Delivery.Delivered)
            .ExecuteUpdateAsync(
                set =>
                    set.SetProperty(row => row.Status, Delivery.Delivered)
                        .SetProperty(row => row.LastError, (string?)null)
                        .SetProperty(row => row.FinishedAt, now),
                cancellationToken
            );
        LogDelivered(delivery.EventType, delivery.EventId, delivery.Channel);
    }

    async Task RecordFailure(
        AppDbContext db,
        Delivery delivery,
        DeliveryResult result,
        CancellationToken cancellationToken
    )
    {
        var now = clock.GetUtcNow();
        var error = result.Error!.MakeStorable().Shorten(Delivery.MaxErrorLength);
        var fails = result.IsPermanent || delivery.Attempts > Pauses.Count;
        var (status, next, finishedAt) = fails
            ? (Delivery.Failed, now, now)
            : (Delivery.Pending, now + Pauses[delivery.Attempts - 1], (DateTimeOffset?)null);
        var recorded = await db.Set<Delivery>()
            .Where(row => row.Id == delivery.Id && row.Status == Delivery.Pending && row.Attempts == delivery.Attempts)
            .ExecuteUpdateAsync(
                set =>
                    set.SetProperty(row => row.Status, status)
                        .SetProperty(row => row.NextAttemptAt, next)
                        .SetProperty(row => row.LastError, error)
                        .SetProperty(row => row.FinishedAt, finishedAt),
                cancellationToken
            );
        if (recorded == 0)
            return;
        if (fails)
            LogFailed(delivery.Id, delivery.EventType, delivery.Channel, delivery.Attempts, error);
        else
            LogRetry(delivery.Id, delivery.EventType, delivery.Channel, next, error);
    }

    [LoggerMessage("E-mails and webhooks could not be sent; they wait until the database is available")]
    partial void LogUnavailable(LogLevel level, Exception exception);

    [LoggerMessage(LogLevel.Debug, "{EventType} {EventId} was delivered by {Channel}")]
    partial void LogDelivered(string eventType, Guid eventId, string channel);

    [LoggerMessage(
        LogLevel.Information,
        "Delivery {DeliveryId} of {EventType} by {Channel} failed; the next attempt follows at {NextAttemptAt}: {Error}"
    )]
    partial void LogRetry(
        Guid deliveryId,
        string eventType,
        string channel,
        DateTimeOffset nextAttemptAt,
        string error
    );

    [LoggerMessage(
        LogLevel.Warning,
        "Delivery {DeliveryId} of {EventType} by {Channel} failed for good at attempt {Attempts}; an operator can redrive it: {Error}"
    )]
    partial void LogFailed(Guid deliveryId, string eventType, string channel, int attempts, string error);
}
