using Microsoft.EntityFrameworkCore;
using RideBooking.Contracts;
using RideBooking.Platform.Persistence;
using RideBooking.Positions;

namespace RideBooking.Rides;

/// <summary>The last position a driver's phone reported.</summary>
/// <param name="Lat">Latitude, degrees.</param>
/// <param name="Lng">Longitude, degrees.</param>
/// <param name="At">When the report arrived.</param>
internal sealed record DriverFix(double Lat, double Lng, DateTimeOffset At)
{
    public double MetersTo(Place place) => GreatCircle.Meters(Lat, Lng, place.Lat, place.Lng);

    /// <summary>The age of the position. Never negative, even if the clocks of the replicas differ.</summary>
    public TimeSpan AgeAt(DateTimeOffset instant) => instant > At ? instant - At : TimeSpan.Zero;
}

internal static class DriverFixes
{
    static readonly CompiledQuery<string, DriverPosition> s_position = new(
        (db, driverId, _) => db.Set<DriverPosition>().AsNoTracking().SingleOrDefault(it => it.DriverId == driverId)
    );

    /// <summary>The driver's last position; null when there is none.</summary>
    public static async Task<DriverFix?> FixOf(
        this AppDbContext db,
        string driverId,
        CancellationToken cancellationToken
    ) =>
        await s_position.Execute(db, driverId, cancellationToken) is { } last
            ? new DriverFix(last.Lat, last.Lng, last.At)
            : null;
}
