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
/// <c>Rides:PickupRadiusMeters</c>: the maximum distance that counts as at the pickup or dropoff, metres.
/// </param>
/// <param name="PositionMaxAge">
/// <c>Rides:PositionMaxAge</c>: the maximum age of a position that proves where a driver is.
/// </param>
/// <param name="MaxSpeedKmh"><c>Rides:MaxSpeedKmh</c>: the maximum speed of a vehicle, kilometres per hour.</param>
/// <param name="RefuseImplausible">
/// <c>Rides:RefuseImplausible</c>: whether an implausible report is refused instead of flagged.
/// </param>
internal sealed record Plausibility(
    int PickupRadiusMeters,
    TimeSpan PositionMaxAge,
    int MaxSpeedKmh,
    bool RefuseImplausible
)
{
    // The estimate of the pickup trip adds a minute for turning and finding the door, and uses a city's slow average speed along
    // the straight line.
    const int EtaAllowanceSeconds = 60;
    const double EtaKmh = 20;

    double MaxMetersPerSecond => MaxSpeedKmh / 3.6;

    public static Plausibility Read(IConfiguration configuration) =>
        new(
            (int)configuration.Number("Rides:PickupRadiusMeters", defaultValue: 300, min: 10, max: 100_000),
            configuration.Span("Rides:PositionMaxAge", TimeSpan.FromMinutes(2)),
            (int)configuration.Number("Rides:MaxSpeedKmh", defaultValue: 150, min: 1, max: 1_000_000),
            configuration.TrueOrFalse("Rides:RefuseImplausible", false)
        );

    /// <summary>Returns the flags of an arrival at the pickup.</summary>
    public IReadOnlyList<RideFlag> Of(Ride ride, ArriveAtPickup arrived)
    {
        List<RideFlag> flags = [];
        if (Beyond(arrived.Position, ride.Pickup, arrived.At) is { } far)
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
        Beyond(started.Position, ride.Pickup, started.At) is { } far
            ? [Flag(RideFlags.StartedFarFromPickup, $"The start was reported {far} from the pickup", started)]
            : [];

    /// <summary>Returns the flags of a completion.</summary>
    public IReadOnlyList<RideFlag> Of(Ride ride, CompleteRide completed)
    {
        if (ride.StartedAt is not { } started)
            return [];
        List<RideFlag> flags = [];
        if (Beyond(completed.Position, ride.Dropoff, completed.At) is { } far)
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
        position is not null && IsFresh(position, at)
            ? (int)Math.Min(position.MetersTo(ride.Pickup), int.MaxValue)
            : null;

    /// <summary>Returns why a no-show is not proven, or null if it is.</summary>
    public Refusal? Of(Ride ride, ReportNoShow noShow) =>
        Missing(ride.ArrivalMeters, "At the arrival")
        ?? Missing(MetersFromPickup(ride, noShow.Position, noShow.At), "At this report");

    Refusal? Missing(int? meters, string when)
    {
        return meters is null
                ? Unproven(
                    RideProblems.PositionNotFresh,
                    $"{when} the service had no position of yours at most {Seconds(PositionMaxAge)} old."
                )
            : meters > PickupRadiusMeters
                ? Unproven(
                    RideProblems.NotAtPickup,
                    $"{when} you were {Distance(meters.Value)} from the pickup; {PickupRadiusMeters} m are allowed."
                )
            : null;

        Refusal Unproven(string code, string detail) =>
            new(code, detail, ("distanceMeters", meters), ("allowedMeters", PickupRadiusMeters));
    }

    bool IsFresh(DriverFix position, DateTimeOffset at) => position.AgeAt(at) <= PositionMaxAge;

    /// <summary>
    /// Describes how far away the driver must have been, if the place could not be reached since the last position.
    /// </summary>
    string? Beyond(DriverFix? position, Place place, DateTimeOffset at)
    {
        if (position is null)
            return null;
        var (meters, age) = (position.MetersTo(place), position.AgeAt(at));
        return meters > PickupRadiusMeters + age.TotalSeconds * MaxMetersPerSecond
            ? $"{Seconds(age)} after a position {Distance(meters)}"
            : null;
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
