using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Hosting;

namespace MassTransit.EntityFrameworkCoreIntegration;

/// <summary>
/// Has this process deliver what is sent outside consumers. Where an application removes it from the services, as tests do,
/// such messages stay in the table for another process; messages of consumers are still delivered.
/// </summary>
/// <remarks>One delivery sends both; this service says only whether it may send the messages of the bus outbox.</remarks>
public sealed class BusOutboxDeliveryService<TDbContext> : IHostedService
    where TDbContext : DbContext
{
    /// <inheritdoc />
    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc />
    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
