using System.Globalization;
using Microsoft.Extensions.Configuration;
using RideBooking.Contracts;
using RideBooking.Platform.Configuration;
using RideBooking.Platform.Messaging;

namespace RideBooking.Rides;

/// <summary>
/// Judges whether a driver's reports are plausible, by the driver's last position, the time and the distance. A pure function.
/// </summary>
/// <remarks>
/// A phone's GPS fails at times, so an implausible report is flagged and not refused, unless the settings say so. A no-show
/// costs the rider money, so it requires evidence.
/// </remarks>
/// <param name="PickupRadiusMeters">
/// <c>Rides:PickupRadiusMeters</c>: the maximum distance that counts as at the pickup, metres.
/// </param>
/// <param name="DropoffRadiusMeters">
/// <c>Rides:DropoffRadiusMeters</c>: the maximum distance that counts as at the dropoff, metres. By default the one of the pickup.
/// </param>
/// <param name="PositionMaxAge">
/// <c>Rides:PositionMaxAge</c>: the maximum age of a position that proves where a driver is.
/// </param>
/// <param name="MaxSpeedKmh"><c>Rides:MaxSpeedKmh</c>: the maximum speed of a vehicle, kilometres per hour.</param>
/// <param name="RefuseImplausible">
/// <c>Rides:RefuseImplausible</c>: whether an implausible report is refused instead of flagged.
/// </param>
/// <param name="Geofences">The geofence of each step.</param>
internal sealed record Plausibility(
    int PickupRadiusMeters,
    int DropoffRadiusMeters,
    TimeSpan PositionMaxAge,
    int MaxSpeedKmh,
    bool RefuseImplausible,
    Geofences Geofences
)
{
    // The estimate of the pickup trip adds a minute for turning and finding the door, and uses a city's slow average speed along
    // the straight line.
    const int EtaAllowanceSeconds = 60;
    const double EtaKmh = 20;

    double MaxMetersPerSecond => MaxSpeedKmh / 3.6;

    public static Plausibility Read(IConfiguration configuration)
    {
        var pickupRadius = (int)
            configuration.Number("Rides:PickupRadiusMeters", defaultValue: 300, min: 10, max: 100_000);
        return new(
            pickupRadius,
            (int)configuration.Number("Rides:DropoffRadiusMeters", defaultValue: pickupRadius, min: 10, max: 100_000),
            configuration.Span("Rides:PositionMaxAge", TimeSpan.FromMinutes(2)),
            (int)configuration.Number("Rides:MaxSpeedKmh", defaultValue: 150, min: 1, max: 1_000_000),
            configuration.TrueOrFalse("Rides:RefuseImplausible", false),
            Geofences.Read(configuration)
        );
    }

    /// <summary>Returns the flags of an arrival at the pickup.</summary>
    public IReadOnlyList<RideFlag> Of(Ride ride, ArriveAtPickup arrived)
    {
        List<RideFlag> flags = [];
        if (FarFromPickup(Geofences.Arrive, ride, arrived.Position, arrived.At) is { } far)
            flags.Add(Flag(RideFlags.ArrivedFarFromPickup, $"Arrival was reported {far} from the pickup", arrived));
        if (
            ride is { AssignedAt: { } assigned, EtaSeconds: { } eta }
            && arrived.At - assigned is var took
            && took.TotalSeconds < (eta - EtaAllowanceSeconds) * EtaKmh / MaxSpeedKmh
        )
            flags.Add(
                Flag(
                    RideFlags.ArrivedTooSoon,
                    $"Arrival was reported {Seconds(took)} after the assignment; the trip was estimated at {eta} s",
                    arrived
                )
            );
        return flags;
    }

    /// <summary>Returns the flags of a start.</summary>
    public IReadOnlyList<RideFlag> Of(Ride ride, StartRide started) =>
        FarFromPickup(Geofences.Start, ride, started.Position, started.At) is { } far
            ? [Flag(RideFlags.StartedFarFromPickup, $"The start was reported {far} from the pickup", started)]
            : [];

    /// <summary>Returns the flags of a completion.</summary>
    public IReadOnlyList<RideFlag> Of(Ride ride, CompleteRide completed)
    {
        if (ride.StartedAt is not { } started)
            return [];
        List<RideFlag> flags = [];
        if (Far(Geofences.Complete, completed.Position, ride.Dropoff, DropoffRadiusMeters, completed.At) is { } far)
            flags.Add(
                Flag(RideFlags.CompletedFarFromDropoff, $"Completion was reported {far} from the dropoff", completed)
            );

        var took = completed.At > started ? completed.At - started : TimeSpan.Zero;
        var end = SeenDuringRide(ride, completed);
        // Where the ride was seen to end says nothing about stops that the rider left out.
        var straight = end?.MetersFrom(ride.Pickup) ?? Itinerary.Of(ride.Pickup, ride.Stops, ride.Dropoff).Meters();
        if (straight > PickupRadiusMeters + took.TotalSeconds * MaxMetersPerSecond)
            flags.Add(
                Flag(
                    RideFlags.CompletedTooSoon,
                    $"Completion was reported {Seconds(took)} after the start, for {Distance(straight)} in a straight line",
                    completed
                )
            );
        if (
            completed.DistanceMeters is { } meters
            && MeasuredDistance.Check(ride.Pickup, ride.Dropoff, end, meters, (int)took.TotalSeconds, ride.Stops)
                is var measured
                    and not MeasuredDistance.Verdict.Plausible
        )
            flags.Add(
                Flag(
                    measured == MeasuredDistance.Verdict.TooShort
                        ? RideFlags.DistanceTooShort
                        : RideFlags.DistanceTooLong,
                    $"{Distance(meters)} were reported for {Distance(straight)} in a straight line in {Seconds(took)}",
                    completed
                )
            );
        return flags;
    }

    /// <summary>The driver's last position since the start, if recent enough: where the ride really ended.</summary>
    public Place? SeenDuringRide(Ride ride, CompleteRide completed) =>
        completed.Position is { } seen && seen.At > ride.StartedAt && IsFresh(seen, completed.At)
            ? new Place(seen.Lat, seen.Lng)
            : null;

    /// <summary>The place of a position, if recent enough; null if not.</summary>
    public Place? Position(DriverFix? position, DateTimeOffset at) =>
        position is not null && IsFresh(position, at) ? new Place(position.Lat, position.Lng) : null;

    /// <summary>The distance of a recent position from the pickup, metres. Null without a recent position.</summary>
    public int? MetersFromPickup(Ride ride, DriverFix? position, DateTimeOffset at) =>
        MetersFrom(ride.Pickup, position, at);

    int? MetersFrom(Place place, DriverFix? position, DateTimeOffset at) =>
        position is not null && IsFresh(position, at) ? (int)Math.Min(position.MetersTo(place), int.MaxValue) : null;

    /// <summary>Returns why a no-show is not proven, or null if it is.</summary>
    public Refusal? Of(Ride ride, ReportNoShow noShow) =>
        NotAtPickup(ride.ArrivalMeters, "At the arrival")
        ?? NotAtPickup(MetersFromPickup(ride, noShow.Position, noShow.At), AtThisReport);

    /// <summary>Returns why the geofence refuses an arrival, or null if it does not.</summary>
    public Refusal? OutsideOf(Ride ride, ArriveAtPickup arrived) =>
        Geofences.Arrive == Geofence.Refuse
            ? NotAtPickup(MetersFromPickup(ride, arrived.Position, arrived.At), AtThisReport)
            : null;

    /// <summary>Returns why the geofence refuses a start, or null if it does not.</summary>
    public Refusal? OutsideOf(Ride ride, StartRide started) =>
        Geofences.Start == Geofence.Refuse
            ? NotAtPickup(MetersFromPickup(ride, started.Position, started.At), AtThisReport)
            : null;

    /// <summary>Returns why the geofence refuses a completion, or null if it does not.</summary>
    public Refusal? OutsideOf(Ride ride, CompleteRide completed) =>
        Geofences.Complete == Geofence.Refuse
            ? NotAt(
                MetersFrom(ride.Dropoff, completed.Position, completed.At),
                AtThisReport,
                "dropoff",
                DropoffRadiusMeters,
                RideProblems.NotAtDropoff
            )
            : null;

    const string AtThisReport = "At this report";

    Refusal? NotAtPickup(int? meters, string when) =>
        NotAt(meters, when, "pickup", PickupRadiusMeters, RideProblems.NotAtPickup);

    Refusal? NotAt(int? meters, string when, string place, int allowedMeters, string code)
    {
        return meters is null
                ? Unproven(
                    RideProblems.PositionNotFresh,
                    $"{when} the service had no position of yours at most {Seconds(PositionMaxAge)} old."
                )
            : meters > allowedMeters
                ? Unproven(
                    code,
                    $"{when} you were {Distance(meters.Value)} from the {place}; {allowedMeters} m are allowed."
                )
            : null;

        Refusal Unproven(string reason, string detail) =>
            new(reason, detail, ("distanceMeters", meters), ("allowedMeters", allowedMeters));
    }

    bool IsFresh(DriverFix position, DateTimeOffset at) => position.AgeAt(at) <= PositionMaxAge;

    string? FarFromPickup(Geofence geofence, Ride ride, DriverFix? position, DateTimeOffset at) =>
        Far(geofence, position, ride.Pickup, PickupRadiusMeters, at);

    /// <summary>
    /// Describes how far away the driver was, if the last position is outside a geofence that flags, or if the place could not
    /// be reached since then.
    /// </summary>
    string? Far(Geofence geofence, DriverFix? position, Place place, int radiusMeters, DateTimeOffset at)
    {
        if (position is null)
            return null;
        var (meters, age) = (position.MetersTo(place), position.AgeAt(at));
        var reachable = geofence == Geofence.Flag && IsFresh(position, at) ? 0 : age.TotalSeconds * MaxMetersPerSecond;
        return meters > radiusMeters + reachable ? $"{Seconds(age)} after a position {Distance(meters)}" : null;
    }

    static RideFlag Flag(string code, string reason, IDriverCommand report) =>
        new(code, $"{reason}.", report.DriverId, report.At);

    static string Seconds(TimeSpan time) => string.Create(CultureInfo.InvariantCulture, $"{time.TotalSeconds:0} s");

    // Metres below a kilometre, where a tenth of a kilometre would be less precise than the limit.
    static string Distance(double meters) =>
        meters < 1000
            ? string.Create(CultureInfo.InvariantCulture, $"{meters:0} m")
            : string.Create(CultureInfo.InvariantCulture, $"{meters / 1000:0.0} km");
}
