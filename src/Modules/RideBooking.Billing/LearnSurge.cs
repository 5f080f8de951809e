using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using RideBooking.EventLog;
using RideBooking.Platform.Persistence;

namespace RideBooking.Billing;

/// <summary>Reads demand and supply from the event log, if the settings ask for surge.</summary>
/// <remarks>Each host reads the same events in the same order, so all hosts have the same factors.</remarks>
internal sealed class LearnSurge(
    SurgeGrid grid,
    SurgeOptions options,
    IServiceScopeFactory scopes,
    EventCatalogue catalogue,
    TimeProvider clock,
    ILogger<LearnSurge> logger
) : BackgroundService
{
    const int Page = 5_000;
    static readonly TimeSpan s_interval = TimeSpan.FromSeconds(5);

    // A shift that began earlier is unknown until the driver begins the next one.
    static readonly TimeSpan s_memory = TimeSpan.FromHours(24);

    long? _position;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (!options.IsOn)
            return;
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
            logger.LogWarning(exception, "Could not read demand and supply; the next round tries again");
        }
    }

    /// <summary>Observes the events since the last call; at first, those of the last day.</summary>
    internal async Task Learn(AppDbContext db, CancellationToken cancellationToken)
    {
        var end = await db.LastPosition(cancellationToken);
        _position ??= await db.FirstPositionSince(clock.GetUtcNow() - s_memory, cancellationToken) is { } first
            ? first - 1
            : end;
        while (true)
        {
            var filter = new EventFilter(_position.Value, EventTypes: SurgeGrid.Events);
            var events = await db.ReadNumbered(filter, Page, cancellationToken);
            foreach (var logged in events)
                Observe(logged);
            if (events.Count == Page)
            {
                _position = events[^1].Position!.Value;
                continue;
            }
            // Events may have been numbered since.
            _position = events.Count > 0 ? Math.Max(end, events[^1].Position!.Value) : Math.Max(end, _position.Value);
            grid.IsReady = true;
            return;
        }
    }

    void Observe(LoggedEvent logged)
    {
        try
        {
            if (catalogue.Read(logged) is { } happened)
                grid.Observe(happened);
        }
        catch (UnreadableEventException exception)
        {
            logger.LogWarning(exception, "An event is left out of demand and supply: {Reason}", exception.Message);
        }
    }
}
