using System.Linq.Expressions;
using Microsoft.EntityFrameworkCore;
using RideBooking.Platform.Observability;
using RideBooking.Platform.Persistence;

namespace RideBooking.Rides;

/// <summary>How many rides there are in each state.</summary>
internal static class RidesByState
{
    public static readonly Gauge Gauge = new(
        "ridebooking.rides",
        "{ride}",
        "Rides there are; of those that ended, all there ever were",
        "state"
    );

    /// <summary>Counts those that match; a state without any counts none, so that its series does not come and go.</summary>
    public static async Task<IReadOnlyList<Reading>> Count(
        AppDbContext db,
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
        return [.. states.Select(state => Gauge.Reads(counts.GetValueOrDefault(state.ToString()), state.InApi()))];
    }
}

/// <summary>Those under way are few and found by an index: their figure is always fresh.</summary>
internal sealed class RidesUnderWay(AppDbContext db) : IGaugeSource
{
    public static IReadOnlyList<Gauge> Gauges => [RidesByState.Gauge];

    public Task<IReadOnlyList<Reading>> Read(CancellationToken cancellationToken) =>
        RidesByState.Count(
            db,
            ride => ride.ActiveRiderId != null,
            [RideStatus.Requested, RideStatus.DriverAssigned, RideStatus.DriverArrived, RideStatus.InProgress],
            cancellationToken
        );
}

/// <summary>Those that ended are all there ever were: counting them takes longer, and so is done less often.</summary>
internal sealed class RidesThatEnded(AppDbContext db) : IGaugeSource
{
    public static IReadOnlyList<Gauge> Gauges => [RidesByState.Gauge];

    public Task<IReadOnlyList<Reading>> Read(CancellationToken cancellationToken) =>
        RidesByState.Count(
            db,
            ride => ride.ActiveRiderId == null,
            [RideStatus.Completed, RideStatus.Cancelled, RideStatus.NoDriverFound],
            cancellationToken
        );
}
