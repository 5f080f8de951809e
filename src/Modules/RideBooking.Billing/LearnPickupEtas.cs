using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using RideBooking.Contracts;
using RideBooking.EventLog;
using RideBooking.Platform.Persistence;

namespace RideBooking.Billing;

/// <summary>Learns the pickup estimates of all offers from the event log.</summary>
/// <remarks>
/// Every few seconds is enough for a hint, and costs less than a message for each offer. Each host reads all offers, so all
/// hosts have the same estimates.
/// </remarks>
internal sealed class LearnPickupEtas(
    PickupEtas etas,
    IServiceScopeFactory scopes,
    EventCatalogue catalogue,
    TimeProvider clock,
    ILogger<LearnPickupEtas> logger
) : BackgroundService
{
    // Some hundred rides: a new process learns from these, and one that is far behind skips the others.
    const int MaxEvents = 5_000;
    static readonly TimeSpan s_interval = TimeSpan.FromSeconds(5);

    long _position;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(s_interval, clock);
        try
        {
            do await LearnNew(stoppingToken);
            while (await timer.WaitForNextTickAsync(stoppingToken));
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The process stops.
        }
    }

    async Task LearnNew(CancellationToken cancellationToken)
    {
        try
        {
            await using var scope = scopes.CreateAsyncScope();
            await Learn(scope.ServiceProvider.GetRequiredService<AppDbContext>(), cancellationToken);
        }
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
        {
            logger.LogWarning(exception, "Could not read the offers' pickup estimates; the next round tries again");
        }
    }

    /// <summary>Learns from the offers since the last call.</summary>
    internal async Task Learn(AppDbContext db, CancellationToken cancellationToken)
    {
        var end = await db.LastPosition(cancellationToken);
        var filter = new EventFilter(Math.Max(_position, end - MaxEvents), EventTypes: [nameof(DriverOffered)]);
        var offers = await db.ReadNumbered(filter, MaxEvents, cancellationToken);
        // Events may have been numbered since.
        _position = offers.Count > 0 ? Math.Max(end, offers[^1].Position!.Value) : end;
        foreach (var logged in offers)
            try
            {
                if (catalogue.Read(logged) is DriverOffered offered && offered.Pickup != Place.Redacted)
                    etas.Learn(offered.Pickup, Math.Max(0, offered.PickupEtaSeconds), offered.At);
            }
            catch (UnreadableEventException exception)
            {
                logger.LogWarning(exception, "An offer's pickup estimate is left out: {Reason}", exception.Message);
            }
    }
}
