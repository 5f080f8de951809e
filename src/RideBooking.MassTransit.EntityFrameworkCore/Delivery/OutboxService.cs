using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace MassTransit.EntityFrameworkCoreIntegration;

/// <summary>Runs the delivery of every bus whose outbox is in this context.</summary>
sealed class OutboxService<TDbContext>(
    BusOutboxes<TDbContext> outboxes,
    IServiceScopeFactory scopes,
    TimeProvider clock,
    ILogger<OutboxDeliveryService<TDbContext>> logger
) : IHostedService, IDisposable
    where TDbContext : DbContext
{
    readonly List<OutboxDeliveryService<TDbContext>> _services = [];

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        await CheckTables(cancellationToken);
        _services.AddRange(
            outboxes
                .Host()
                .Select(outbox => new OutboxDeliveryService<TDbContext>(
                    outbox.Delivery,
                    outbox.Sender,
                    outbox.Store,
                    outbox.Scheduled,
                    outbox.Settings,
                    clock,
                    logger
                ))
        );
        await Task.WhenAll(_services.Select(service => service.StartAsync(cancellationToken)));
    }

    public Task StopAsync(CancellationToken cancellationToken) =>
        Task.WhenAll(_services.Select(service => service.StopAsync(cancellationToken)));

    // A context that can only be created in a message's scope is not checked.
    async Task CheckTables(CancellationToken cancellationToken)
    {
        await using var scope = scopes.CreateAsyncScope();
        TDbContext context;
        try
        {
            context = scope.ServiceProvider.GetRequiredService<TDbContext>();
        }
        catch (Exception exception)
        {
            LogContext.Debug?.Log(
                exception,
                "Outbox: no context can be created outside a message; its tables are not checked"
            );
            return;
        }

        await OutboxTables.Check(
            context,
            keepsScheduled: outboxes.All.Any(outbox => outbox.Scheduled is not null),
            cancellationToken
        );
    }

    public void Dispose() => _services.ForEach(service => service.Dispose());
}
