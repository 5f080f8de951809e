using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace MassTransit.EntityFrameworkCoreIntegration;

/// <summary>
/// Runs the delivery, and sweeps up the messages that a crash, an outage or a full memory has left in the database.
/// </summary>
/// <remarks>Only one process sweeps, the one that holds the lease, and only while the bus is ready.</remarks>
sealed partial class OutboxDeliveryService<TDbContext>(
    OutboxDelivery<TDbContext> delivery,
    OutboxSender<TDbContext> sender,
    OutboxStore<TDbContext> store,
    ScheduledDelivery<TDbContext>? scheduled,
    OutboxSettings<TDbContext> settings,
    TimeProvider clock,
    ILogger<OutboxDeliveryService<TDbContext>> logger
) : IHostedService, IDisposable
    where TDbContext : DbContext
{
    // Each batch goes to one destination and is no longer than QueryMessageLimit.
    const int MaxInProgress = 10;
    static readonly TimeSpan DrainPollDelay = TimeSpan.FromMilliseconds(20);

    readonly CancellationTokenSource _stopSweeping = new();
    readonly CancellationTokenSource _stopSending = new();
    Task _sending = Task.CompletedTask;
    Task _sweeping = Task.CompletedTask;
    Task _moving = Task.CompletedTask;
    int _stops;

    public Task StartAsync(CancellationToken cancellationToken)
    {
        _sending = Task.Run(() => delivery.Run(_stopSending.Token), CancellationToken.None);
        _sweeping = Task.Run(() => Sweep(_stopSweeping.Token), CancellationToken.None);
        if (scheduled is not null)
            _moving = Task.Run(() => scheduled.Run(_stopSweeping.Token), CancellationToken.None);
        return Task.CompletedTask;
    }

    /// <summary>
    /// Sends the messages that are enqueued already, as far as time and broker allow. The next start, or another process,
    /// sends the rest.
    /// </summary>
    /// <remarks>
    /// The bus still consumes meanwhile, so on a busy host there may always be messages in flight: waiting for them must not
    /// use up the time that the bus needs to stop.
    /// </remarks>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        if (Interlocked.Increment(ref _stops) > 1)
            return;

        await _stopSweeping.CancelAsync();
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        timeout.CancelAfter(settings.MessageDeliveryTimeout);
        try
        {
            await Task.WhenAll(_sweeping, _moving).WaitAsync(timeout.Token);
            while (!_sending.IsCompleted && !delivery.InFlight.IsIdle && sender.IsBusReady && !delivery.WaitsForBroker)
                await Task.Delay(DrainPollDelay, timeout.Token);
        }
        catch (OperationCanceledException)
        {
            LogNotDrained();
        }

        await _stopSending.CancelAsync();
        await _sending;
    }

    /// <summary>Ends the delivery at once. It may still be stopped afterwards; a test harness does that.</summary>
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
                    // The tables may not exist yet, or the database may be unavailable: the next sweep tries again.
                    LogFailed(exception);
                }

                await Task.Delay(settings.QueryDelay, clock, cancellationToken);
            }
        }
        catch (Exception exception) when (cancellationToken.IsCancellationRequested)
        {
            // Stopping, perhaps while the database has failed.
            if (exception is not OperationCanceledException)
                LogFailed(exception);
        }
    }

    async Task SweepOnce(CancellationToken cancellationToken)
    {
        await delivery.DeleteSent();

        // In nearly all cases nothing is due, which costs one indexed query.
        if ((await Due(cancellationToken)).Count == 0 || !await store.TryLease(cancellationToken))
            return;

        try
        {
            await SendAllThatIsDue(cancellationToken);
        }
        finally
        {
            // If this process kept the lease until the next sweep and were killed, the next process would have to wait until
            // it expires.
            await EndLease();
        }
    }

    async Task SendAllThatIsDue(CancellationToken cancellationToken)
    {
        var inProgress = new List<Task>();
        while (true)
        {
            // Read again, because the previous holder of the lease may have sent everything.
            var due = await Due(cancellationToken);
            if (due.Count > 0)
            {
                LogSweeping(due.Count);
                inProgress.AddRange(delivery.EnqueueDue(due));
            }
            else if (inProgress.Count == 0)
                return;

            // A message becomes due only after its predecessors are deleted; and a slow batch must not delay messages that
            // become due meanwhile.
            if (due.Count == 0 || inProgress.Count >= MaxInProgress)
                await Task.WhenAny([.. inProgress, Task.Delay(settings.QueryDelay, clock, cancellationToken)]);
            inProgress.RemoveAll(batch => batch.IsCompleted);
            if (!await store.TryLease(cancellationToken))
                return;
        }
    }

    /// <summary>Returns the messages that were left behind, except those in flight in this process.</summary>
    /// <remarks>
    /// It claims the messages in flight, so that the other processes skip them too, and so that they do not hide later rows
    /// of the table.
    /// </remarks>
    async Task<List<OutboxMessage>> Due(CancellationToken cancellationToken)
    {
        while (true)
        {
            var due = await store.Due(cancellationToken);
            var inFlight = due.Select(message => message.Id).Where(delivery.InFlight.Contains).ToHashSet();
            if (inFlight.Count == 0)
                return due;

            await store.Claim(inFlight, cancellationToken);
            if (inFlight.Count < due.Count)
                return due.FindAll(message => !inFlight.Contains(message.Id));
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
            // The lease expires automatically.
            LogFailed(exception);
        }
    }

    [LoggerMessage(LogLevel.Information, "Outbox: sending {Count} messages that were left behind")]
    partial void LogSweeping(int count);

    [LoggerMessage(LogLevel.Warning, "Outbox: sweeping failed; it is retried at the next interval")]
    partial void LogFailed(Exception exception);

    [LoggerMessage(
        LogLevel.Information,
        "Outbox: stopped before all messages were sent; the rest is sent after the next start"
    )]
    partial void LogNotDrained();
}
