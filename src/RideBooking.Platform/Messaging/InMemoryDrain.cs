using System.Collections.Concurrent;
using MassTransit;
using MassTransit.EntityFrameworkCoreIntegration;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using RideBooking.Platform.Persistence;

namespace RideBooking.Platform.Messaging;

/// <summary>
/// Waits at shutdown, between the last request and the stop of the bus, until no message is being consumed and the outbox is
/// empty.
/// </summary>
/// <remarks>The in-memory transport loses its queues when it stops.</remarks>
internal sealed partial class InMemoryDrain(
    IServiceScopeFactory scopes,
    IOptions<MassTransitHostOptions> bus,
    ILogger<InMemoryDrain> logger
) : IReceiveObserver, IHostedService, IDisposable
{
    // At the time of a check, a message may be between the outbox and a queue, or between a queue and its consumer.
    const int QuietPolls = 5;
    static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(20);

    // MassTransit reports a failed message twice, as a fault and as received: a counter would go below zero and stay there.
    readonly ConcurrentDictionary<ReceiveContext, byte> _handling = new(ReferenceEqualityComparer.Instance);
    int _received;
    readonly CancellationTokenSource _ending = new();

    /// <summary>
    /// Waits for something with a message of a paused endpoint. The shutdown does not wait for it: the message is abandoned, and
    /// recovered at the next start.
    /// </summary>
    public async Task WithoutWaitingFor(ReceiveContext context, Func<CancellationToken, Task> wait)
    {
        await PostReceive(context);
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(_ending.Token, context.CancellationToken);
        await wait(ended.Token);
        await PreReceive(context);
    }

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        // The bus and its scheduler also need some of the time to stop in order.
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        if (bus.Value.ConsumerStopTimeout is { } timeout)
            limit.CancelAfter(timeout);
        try
        {
            var quiet = 0;
            while (quiet < QuietPolls)
            {
                var before = Volatile.Read(ref _received);
                var empty = await OutboxIsEmpty(limit.Token);
                var still = _handling.IsEmpty && Volatile.Read(ref _received) == before;
                quiet = empty && still ? quiet + 1 : 0;
                await Task.Delay(s_pause, limit.Token);
            }
        }
        catch (OperationCanceledException)
        {
            LogTimeout(_handling.Count);
        }
        catch (Exception exception) when (DatabaseOutage.Matches(exception))
        {
            // Without the database, no work can finish.
        }
        await _ending.CancelAsync();
    }

    public Task PreReceive(ReceiveContext context)
    {
        _handling.TryAdd(context, 0);
        Interlocked.Increment(ref _received);
        return Task.CompletedTask;
    }

    public Task PostReceive(ReceiveContext context)
    {
        _handling.TryRemove(context, out _);
        return Task.CompletedTask;
    }

    public Task ReceiveFault(ReceiveContext context, Exception exception) => PostReceive(context);

    public Task PostConsume<T>(ConsumeContext<T> context, TimeSpan duration, string consumerType)
        where T : class => Task.CompletedTask;

    public Task ConsumeFault<T>(ConsumeContext<T> context, TimeSpan duration, string consumerType, Exception exception)
        where T : class => Task.CompletedTask;

    public void Dispose() => _ending.Dispose();

    async Task<bool> OutboxIsEmpty(CancellationToken cancellationToken)
    {
        await using var scope = scopes.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<AppDbContext>();
        return !await db.Set<OutboxMessage>().AnyAsync(cancellationToken);
    }

    [LoggerMessage(
        LogLevel.Warning,
        "The shutdown continues while {Count} messages are being handled; the next start recovers unfinished work"
    )]
    partial void LogTimeout(int count);
}
