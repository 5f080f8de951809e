using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Hosting;

namespace MassTransit.EntityFrameworkCoreIntegration;

/// <summary>Makes this process deliver messages that are sent outside consumers.</summary>
/// <remarks>
/// If an application removes it from the services, as tests do, such messages stay in the table for another process; messages
/// of consumers are still delivered. One delivery sends both: this service only says whether it may send the messages of the
/// bus outbox.
/// </remarks>
public sealed class BusOutboxDeliveryService<TDbContext> : IHostedService
    where TDbContext : DbContext
{
    /// <inheritdoc />
    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc />
    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
