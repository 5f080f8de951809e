using System.Linq.Expressions;
using Microsoft.EntityFrameworkCore;
using RideBooking.Contracts;
using RideBooking.Platform.Observability;
using RideBooking.Platform.Persistence;

namespace RideBooking.Rides;

/// <summary>Counts the rides in each state.</summary>
internal static class RidesByState
{
    public static readonly Gauge Gauge = new(
        "ridebooking.rides",
        "{ride}",
        "Number of rides; ended rides are counted since the beginning",
        "state"
    );

    public static readonly Gauge Stuck = new(
        "ridebooking.rides.stuck",
        "{ride}",
        "Rides that have been in their state for longer than a ride should, or whose driver is silent",
        "state"
    );

    /// <summary>
    /// Counts the matching rides. A state without rides reports zero, so that its series does not come and go.
    /// </summary>
    public static async Task<IReadOnlyList<Reading>> Count(
        AppDbContext db,
        Gauge gauge,
        Expression<Func<Ride, bool>> which,
        RideStatus[] states,
        CancellationToken cancellationToken
    )
    {
        var counts = await db.Set<Ride>()
            .Where(which)
            .GroupBy(ride => ride.Status)
            .Select(state => new { state.Key, Count = state.Count() })
            .ToDictionaryAsync(state => state.Key, state => state.Count, cancellationToken);
        return [.. states.Select(state => gauge.Reads(counts.GetValueOrDefault(state.ToString()), state.InApi()))];
    }
}

/// <summary>Counts active rides on every collection: they are few and an index finds them.</summary>
internal sealed class RidesUnderWay(AppDbContext db, StuckRides stuck, TimeProvider clock) : IGaugeSource
{
    static readonly RideStatus[] s_states =
    [
        RideStatus.Requested,
        RideStatus.DriverAssigned,
        RideStatus.DriverArrived,
        RideStatus.InProgress,
    ];

    public static IReadOnlyList<Gauge> Gauges => [RidesByState.Gauge, RidesByState.Stuck];

    public async Task<IReadOnlyList<Reading>> Read(CancellationToken cancellationToken) =>
        [
            .. await RidesByState.Count(
                db,
                RidesByState.Gauge,
                ride => ride.ActiveRiderId != null,
                s_states,
                cancellationToken
            ),
            .. await RidesByState.Count(
                db,
                RidesByState.Stuck,
                stuck.At(db, clock.GetUtcNow()),
                s_states,
                cancellationToken
            ),
        ];
}

/// <summary>Counts ended rides less often: all rides that ever ended are counted, which takes longer.</summary>
internal sealed class RidesThatEnded(AppDbContext db) : IGaugeSource
{
    public static IReadOnlyList<Gauge> Gauges => [RidesByState.Gauge];

    public Task<IReadOnlyList<Reading>> Read(CancellationToken cancellationToken) =>
        RidesByState.Count(
            db,
            RidesByState.Gauge,
            ride => ride.ActiveRiderId == null,
            [RideStatus.Completed, RideStatus.Cancelled, RideStatus.NoDriverFound],
            cancellationToken
        );
}
