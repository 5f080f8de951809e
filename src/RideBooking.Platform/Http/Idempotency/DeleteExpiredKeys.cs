using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace RideBooking.Platform.Http.Idempotency;

/// <summary>Deletes the answers that are no longer kept for replay.</summary>
internal sealed partial class DeleteExpiredKeys(
    IdempotencyStore store,
    IdempotencyOptions options,
    TimeProvider clock,
    ILogger<DeleteExpiredKeys> logger
) : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(options.CleanUpEvery, clock);
        try
        {
            while (await timer.WaitForNextTickAsync(stoppingToken))
                await DeleteExpired(stoppingToken);
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The process stops.
        }
    }

    async Task DeleteExpired(CancellationToken cancellationToken)
    {
        try
        {
            var deleted = await store.DeleteExpired(cancellationToken);
            LogDeleted(deleted);
        }
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
        {
            LogRetry(exception);
        }
    }

    [LoggerMessage(LogLevel.Debug, "Deleted {Count} old idempotency keys")]
    partial void LogDeleted(int count);

    [LoggerMessage(LogLevel.Warning, "Could not delete old idempotency keys; the next round tries again")]
    partial void LogRetry(Exception exception);
}
