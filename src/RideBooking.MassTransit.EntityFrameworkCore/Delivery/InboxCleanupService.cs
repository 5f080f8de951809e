using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace MassTransit.EntityFrameworkCoreIntegration;

/// <summary>Deletes inbox rows when the duplicate detection window of their message has passed.</summary>
/// <remarks>
/// Buses that share the context share the inbox: its rows are kept for the longest of their windows. If an application
/// removes this service, the inbox grows until another process cleans it up.
/// </remarks>
public sealed partial class InboxCleanupService<TDbContext>(
    IServiceProvider provider,
    TimeProvider clock,
    ILogger<InboxCleanupService<TDbContext>> logger
) : BackgroundService
    where TDbContext : DbContext
{
    /// <inheritdoc />
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var outbox = provider
            .GetRequiredService<BusOutboxes<TDbContext>>()
            .All.MaxBy(outbox => outbox.Settings.DuplicateDetectionWindow)!;
        while (!stoppingToken.IsCancellationRequested)
        {
            await Task.Delay(outbox.Settings.QueryDelay, clock, stoppingToken);
            try
            {
                // Small batches, so that other writers never wait long; repeated until a batch is not full.
                while (await outbox.Store.DeleteExpiredEntries(stoppingToken) >= outbox.Settings.QueryMessageLimit)
                    stoppingToken.ThrowIfCancellationRequested();
            }
            catch (Exception exception) when (!stoppingToken.IsCancellationRequested)
            {
                LogFailed(exception);
            }
        }
    }

    [LoggerMessage(LogLevel.Warning, "Inbox cleanup failed; it is retried at the next interval")]
    partial void LogFailed(Exception exception);
}
