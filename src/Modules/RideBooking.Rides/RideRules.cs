using Microsoft.Extensions.Configuration;
using RideBooking.Platform.Configuration;

namespace RideBooking.Rides;

/// <summary>The rules of a ride that does not go as planned.</summary>
/// <param name="MaxReassignments">
/// <c>Rides:MaxReassignments</c>: how many times another driver is searched for after a driver released the ride.
/// </param>
/// <param name="RequireStartPin">
/// <c>Rides:RequireStartPin</c>: whether a driver needs the rider's PIN to start the ride.
/// </param>
/// <param name="OverdueAfter">
/// <c>Rides:OverdueAfter</c>: the minimum time after the start at which a ride in progress needs an operator's attention.
/// </param>
/// <param name="SilentAfter">
/// <c>Rides:SilentAfter</c>: how long the driver of a ride in progress may report no position.
/// </param>
/// <param name="RiderMayEndAfter">
/// <c>Rides:RiderMayEndAfter</c>: how much longer than estimated a ride must take until its rider may end it.
/// </param>
internal sealed record RideRules(
    int MaxReassignments,
    bool RequireStartPin,
    TimeSpan OverdueAfter,
    TimeSpan SilentAfter,
    TimeSpan RiderMayEndAfter
)
{
    /// <summary>The number of wrong PINs after which a driver cannot start the ride.</summary>
    public const int MaxWrongPins = 5;

    const int OverdueFactor = 3;

    public static RideRules Read(IConfiguration configuration) =>
        new(
            (int)configuration.Number("Rides:MaxReassignments", defaultValue: 3, min: 0, max: 100),
            configuration.TrueOrFalse("Rides:RequireStartPin", false),
            configuration.Span("Rides:OverdueAfter", TimeSpan.FromHours(4)),
            configuration.Span("Rides:SilentAfter", TimeSpan.FromMinutes(30)),
            configuration.SpanOrNone("Rides:RiderMayEndAfter", TimeSpan.FromMinutes(30))
        );

    /// <summary>Returns when a ride in progress has taken too long: after three times its estimate, or later.</summary>
    /// <param name="startedAt">When it started.</param>
    /// <param name="tripSeconds">The estimated duration of the trip, seconds; null if unknown.</param>
    public DateTimeOffset OverdueAt(DateTimeOffset startedAt, int? tripSeconds)
    {
        var estimated = TimeSpan.FromSeconds(OverdueFactor * (double)(tripSeconds ?? 0));
        return startedAt + (estimated > OverdueAfter ? estimated : OverdueAfter);
    }

    /// <summary>Returns when the rider may end a ride in progress.</summary>
    /// <param name="startedAt">When it started.</param>
    /// <param name="tripSeconds">The estimated duration of the trip, seconds.</param>
    public DateTimeOffset RiderMayEndAt(DateTimeOffset startedAt, int tripSeconds) =>
        startedAt + TimeSpan.FromSeconds(tripSeconds) + RiderMayEndAfter;
}
