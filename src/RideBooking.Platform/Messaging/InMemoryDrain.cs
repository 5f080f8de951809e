using MassTransit;
using MassTransit.EntityFrameworkCoreIntegration;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using RideBooking.Platform.Persistence;

namespace RideBooking.Platform.Messaging;

/// <summary>
/// The in-memory transport forgets its queues when it stops. So at a shutdown, between the last request and the end of the
/// bus, everything that was said is heard out first: until nothing is being consumed and the outbox is empty.
/// </summary>
internal sealed class InMemoryDrain(IServiceScopeFactory scopes) : IReceiveObserver, IHostedService
{
    // A message may be between the outbox and a queue, or a queue and its consumer, when one looks.
    const int QuietLooks = 5;
    static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(20);

    int _inHand;
    int _received;

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        try
        {
            var quiet = 0;
            while (quiet < QuietLooks)
            {
                var before = Volatile.Read(ref _received);
                var empty = await OutboxIsEmpty(cancellationToken);
                var still = Volatile.Read(ref _inHand) == 0 && Volatile.Read(ref _received) == before;
                quiet = empty && still ? quiet + 1 : 0;
                await Task.Delay(s_pause, cancellationToken);
            }
        }
        catch (OperationCanceledException)
        {
            // The time is over.
        }
        catch (Exception away) when (DatabaseOutage.Explains(away))
        {
            // Without its database nothing will be finished.
        }
    }

    public Task PreReceive(ReceiveContext context)
    {
        Interlocked.Increment(ref _inHand);
        Interlocked.Increment(ref _received);
        return Task.CompletedTask;
    }

    public Task PostReceive(ReceiveContext context)
    {
        Interlocked.Decrement(ref _inHand);
        return Task.CompletedTask;
    }

    public Task ReceiveFault(ReceiveContext context, Exception exception) => PostReceive(context);

    public Task PostConsume<T>(ConsumeContext<T> context, TimeSpan duration, string consumerType)
        where T : class => Task.CompletedTask;

    public Task ConsumeFault<T>(ConsumeContext<T> context, TimeSpan duration, string consumerType, Exception exception)
        where T : class => Task.CompletedTask;

    async Task<bool> OutboxIsEmpty(CancellationToken stop)
    {
        await using var scope = scopes.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<AppDbContext>();
        return !await db.Set<OutboxMessage>().AnyAsync(stop);
    }
}
