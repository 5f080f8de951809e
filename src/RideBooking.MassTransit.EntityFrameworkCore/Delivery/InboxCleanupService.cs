using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace MassTransit.EntityFrameworkCoreIntegration;

/// <summary>Deletes inbox marks once a second delivery of their message need no longer be recognized.</summary>
sealed partial class InboxCleanupService<TDbContext>(
    OutboxStore<TDbContext> store,
    OutboxSettings<TDbContext> settings,
    TimeProvider clock,
    ILogger<InboxCleanupService<TDbContext>> logger
) : BackgroundService
    where TDbContext : DbContext
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            await Task.Delay(settings.QueryDelay, clock, stoppingToken);
            try
            {
                // Small bites, so that nobody waits long for the writer; then on until a bite is not full.
                while (await store.DeleteExpiredMarks(stoppingToken) >= settings.QueryMessageLimit)
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
