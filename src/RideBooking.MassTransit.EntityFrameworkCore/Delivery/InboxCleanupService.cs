using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace MassTransit.EntityFrameworkCoreIntegration;

/// <summary>Deletes inbox rows once a second delivery of their message need no longer be recognized.</summary>
/// <remarks>
/// Buses that share the context share the inbox: its rows are kept for the longest of their windows. An application may
/// remove the service; then the inbox grows until another process cleans it up.
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
                // Small bites, so that nobody waits long for the writer; then on until a bite is not full.
                while (await outbox.Store.DeleteExpiredEntries(stoppingToken) >= outbox.Settings.QueryMessageLimit)
                    stoppingToken.ThrowIfCancellationRequested();
            }
            catch (Exception exception) when (!stoppingToken.IsCancellationRequested)
            {
                LogFailed(exception);
            }
        }
    }

    [LoggerMessage(LogLevel.Warning, "Inbox: cleaning up failed and is tried again")]
    partial void LogFailed(Exception exception);
}
