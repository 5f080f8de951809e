using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace MassTransit.EntityFrameworkCoreIntegration;

/// <summary>
/// Runs the delivery, and sweeps up what a crash, an outage or a full memory has left in the database: of all processes
/// only the one that holds the lease, and only when the bus is ready.
/// </summary>
sealed partial class OutboxDeliveryService<TDbContext>(
    OutboxDelivery<TDbContext> delivery,
    OutboxSender<TDbContext> sender,
    OutboxStore<TDbContext> store,
    OutboxSettings<TDbContext> settings,
    TimeProvider clock,
    ILogger<OutboxDeliveryService<TDbContext>> logger
) : IHostedService, IDisposable
    where TDbContext : DbContext
{
    // Batches, each of one destination and no longer than QueryMessageLimit.
    const int MaxInProgress = 10;
    static readonly TimeSpan DrainPollDelay = TimeSpan.FromMilliseconds(20);

    readonly CancellationTokenSource _stopSweeping = new();
    readonly CancellationTokenSource _stopSending = new();
    Task _sending = Task.CompletedTask;
    Task _sweeping = Task.CompletedTask;
    int _stops;

    public Task StartAsync(CancellationToken cancellationToken)
    {
        _sending = Task.Run(() => delivery.Run(_stopSending.Token), CancellationToken.None);
        _sweeping = Task.Run(() => Sweep(_stopSweeping.Token), CancellationToken.None);
        return Task.CompletedTask;
    }

    /// <summary>
    /// Sends what is handed over already, as far as time and broker allow; the rest is for the next start, or another process. The
    /// bus still consumes meanwhile, so on a busy host there may be no moment at which nothing is under way: that must not take
    /// the time that the bus needs to stop.
    /// </summary>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        if (Interlocked.Increment(ref _stops) > 1)
            return;

        await _stopSweeping.CancelAsync();
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        patience.CancelAfter(settings.MessageDeliveryTimeout);
        try
        {
            await _sweeping.WaitAsync(patience.Token);
            while (!_sending.IsCompleted && !delivery.IsIdle && sender.IsBusReady && !delivery.WaitsForBroker)
                await Task.Delay(DrainPollDelay, patience.Token);
        }
        catch (OperationCanceledException)
        {
            LogNotDrained();
        }

        await _stopSending.CancelAsync();
        await _sending;
    }

    /// <summary>Ends it at once. It may still be stopped after: a test harness does that.</summary>
    public void Dispose()
    {
        _stopSweeping.Cancel();
        _stopSending.Cancel();
    }

    async Task Sweep(CancellationToken cancellationToken)
    {
        try
        {
            while (!cancellationToken.IsCancellationRequested)
            {
                try
                {
                    await sender.WaitForBus(cancellationToken);
                    await SweepOnce(cancellationToken);
                }
                catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
                {
                    // The tables may not be there yet, the database may be away: the next round will see.
                    LogFailed(exception);
                }

                await Task.Delay(settings.QueryDelay, clock, cancellationToken);
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // Stopping.
        }
    }

    async Task SweepOnce(CancellationToken cancellationToken)
    {
        await delivery.DeleteSent();

        // Finding nothing, as it nearly always does, costs one indexed query.
        if ((await Due(cancellationToken)).Count == 0 || !await store.TryLease(cancellationToken))
            return;

        try
        {
            await SendAllThatIsDue(cancellationToken);
        }
        finally
        {
            // Kept until the next sweep, it would outlive a process that is killed, and the next one would wait for its end.
            await EndLease();
        }
    }

    async Task SendAllThatIsDue(CancellationToken cancellationToken)
    {
        var underWay = new List<Task>();
        while (true)
        {
            // Asked again, for whoever had the lease before may have sent it all.
            var due = await Due(cancellationToken);
            if (due.Count > 0)
            {
                LogSweeping(due.Count);
                underWay.AddRange(delivery.EnqueueClaimed(due));
            }
            else if (underWay.Count == 0)
                return;

            // Next in a lane is only who stands behind something that is gone; and what takes long hides nothing that comes meanwhile.
            if (due.Count == 0 || underWay.Count >= MaxInProgress)
                await Task.WhenAny([.. underWay, Task.Delay(settings.QueryDelay, clock, cancellationToken)]);
            underWay.RemoveAll(batch => batch.IsCompleted);
            if (!await store.TryLease(cancellationToken))
                return;
        }
    }

    /// <summary>
    /// What was left behind. What this process itself is about to send is not; the other processes are told so, too, and what
    /// comes after it in the table is seen.
    /// </summary>
    async Task<List<OutboxMessage>> Due(CancellationToken cancellationToken)
    {
        while (true)
        {
            var due = await store.Due(cancellationToken);
            var held = due.Select(message => message.Id).Where(delivery.IsInFlight).ToHashSet();
            if (held.Count == 0)
                return due;

            await store.Claim(held, cancellationToken);
            if (held.Count < due.Count)
                return due.FindAll(message => !held.Contains(message.Id));
        }
    }

    async Task EndLease()
    {
        try
        {
            await store.EndLease(CancellationToken.None);
        }
        catch (Exception exception)
        {
            // It ends by itself.
            LogFailed(exception);
        }
    }

    [LoggerMessage(LogLevel.Information, "Outbox: sweeping up {Count} messages that were left behind")]
    partial void LogSweeping(int count);

    [LoggerMessage(LogLevel.Warning, "Outbox: sweeping failed and is tried again")]
    partial void LogFailed(Exception exception);

    [LoggerMessage(
        LogLevel.Information,
        "Outbox: stopped before all messages were sent; they are sent after the next start"
    )]
    partial void LogNotDrained();
}
