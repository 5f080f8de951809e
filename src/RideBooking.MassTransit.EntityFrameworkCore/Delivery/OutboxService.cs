using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace MassTransit.EntityFrameworkCoreIntegration;

/// <summary>Runs the delivery of every bus that has its outbox in this context.</summary>
sealed class OutboxService<TDbContext>(
    IEnumerable<BusOutbox<TDbContext>> outboxes,
    TimeProvider clock,
    ILogger<OutboxDeliveryService<TDbContext>> logger
) : IHostedService, IDisposable
    where TDbContext : DbContext
{
    readonly List<OutboxDeliveryService<TDbContext>> _services =
    [
        .. outboxes.Select(outbox => new OutboxDeliveryService<TDbContext>(
            outbox.Delivery,
            outbox.Sender,
            outbox.Store,
            outbox.Settings,
            clock,
            logger
        )),
    ];

    public Task StartAsync(CancellationToken cancellationToken) =>
        Task.WhenAll(_services.Select(service => service.StartAsync(cancellationToken)));

    public Task StopAsync(CancellationToken cancellationToken) =>
        Task.WhenAll(_services.Select(service => service.StopAsync(cancellationToken)));

    public void Dispose() => _services.ForEach(service => service.Dispose());
}
