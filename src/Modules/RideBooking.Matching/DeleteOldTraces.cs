using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using RideBooking.Platform.Persistence;

namespace RideBooking.Matching;

/// <summary>Deletes the match traces that are no longer kept.</summary>
internal sealed class DeleteOldTraces(
    IServiceScopeFactory scopes,
    MatchingOptions options,
    TimeProvider clock,
    ILogger<DeleteOldTraces> logger
) : BackgroundService
{
    static readonly TimeSpan s_interval = TimeSpan.FromHours(1);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(s_interval, clock);
        while (await timer.WaitForNextTickAsync(stoppingToken))
            try
            {
                await Delete(stoppingToken);
            }
            catch (Exception exception) when (!stoppingToken.IsCancellationRequested)
            {
                logger.LogWarning(
                    exception,
                    "Deleting old match traces failed; they are deleted in {Interval}",
                    s_interval
                );
            }
    }

    /// <summary>Deletes them now.</summary>
    public async Task Delete(CancellationToken cancellationToken)
    {
        var oldest = clock.GetUtcNow() - options.KeepTraceFor;
        await using var scope = scopes.CreateAsyncScope();
        await scope
            .ServiceProvider.GetRequiredService<AppDbContext>()
            .Set<MatchAttempt>()
            .Where(attempt => attempt.At < oldest)
            .ExecuteDeleteAsync(cancellationToken);
    }
}
