using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using RideBooking.EventLog;
using RideBooking.EventLog.Archives;
using RideBooking.Platform.Persistence;
using RideBooking.Platform.Recovery;

namespace RideBooking.Platform.Events.Archives;

/// <summary>Archives finished streams in the background, one host at a time.</summary>
internal sealed partial class ArchiveStreams(
    ArchiveOptions options,
    Archiver archiver,
    IServiceScopeFactory scopes,
    TimeProvider clock,
    ILogger<ArchiveStreams> logger
) : BackgroundService
{
    static readonly TimeSpan s_pollInterval = TimeSpan.FromMinutes(1);
    static readonly TimeSpan s_pause = TimeSpan.FromHours(1);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(s_pollInterval, clock);
        while (await timer.WaitForNextTickAsync(stoppingToken))
            try
            {
                await Run(stoppingToken);
            }
            catch (Exception exception) when (!stoppingToken.IsCancellationRequested)
            {
                // The database or the folder is unavailable.
                LogRetry(exception, Archiver.Lease);
            }
    }

    /// <summary>Archives what is due, unless another host does.</summary>
    public async Task Run(CancellationToken cancellationToken)
    {
        while (await Step(cancellationToken)) { }
    }

    async Task<bool> Step(CancellationToken cancellationToken)
    {
        await using var scope = scopes.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<AppDbContext>();
        if (await archiver.Claim(db, cancellationToken) is not { } id)
            return false;
        var archive = await archiver.Next(
            db,
            id,
            clock.GetUtcNow() - options.After!.Value,
            await LastHandled(db, cancellationToken),
            scope.ServiceProvider.GetRequiredService<IFinishedStreams>(),
            cancellationToken
        );
        if (archive is null)
            await Archiver.Release(db, id, clock.GetUtcNow() + s_pause, cancellationToken);
        else
            LogArchived(
                archive.Events,
                archive.Streams,
                archive.FirstPosition,
                archive.LastPosition,
                archive.Id,
                archive.Size
            );
        return archive is not null;
    }

    // Recovery looks for the events after this position in the log's table.
    static async Task<long> LastHandled(AppDbContext db, CancellationToken cancellationToken)
    {
        var point = await db.Set<RecoveryPoint>().Select(row => row.Position).SingleAsync(cancellationToken);
        var noted = await db.Set<UnfinishedEvent>().MinAsync(row => (long?)row.Position, cancellationToken);
        return Math.Min(point, noted - 1 ?? point);
    }

    [LoggerMessage(
        Level = LogLevel.Information,
        Message = "Archived {Events} events of {Streams} finished streams, from position {First} to {Last}: archive {Archive}, {Size} bytes"
    )]
    partial void LogArchived(int events, int streams, long first, long last, Guid archive, int size);

    [LoggerMessage(
        Level = LogLevel.Warning,
        Message = "Finished streams could not be archived; this or another host tries again within {Lease}"
    )]
    partial void LogRetry(Exception exception, TimeSpan lease);
}
