using RideBooking.Contracts;

namespace RideBooking.Billing;

/// <summary>What a cancellation is charged as.</summary>
internal enum CancellationCharge
{
    /// <summary>Nothing is due.</summary>
    None,

    /// <summary>The rider cancelled when a driver had come for them.</summary>
    LateCancellation,

    /// <summary>The rider did not come.</summary>
    NoShow,
}

/// <summary>Whether a cancellation is charged, by who cancelled, when, and whose fault it was. The tariff sets the amount.</summary>
/// <param name="Charge">What is charged.</param>
/// <param name="WaiverReason">Why nothing is; null if something is charged.</param>
internal readonly record struct CancellationVerdict(CancellationCharge Charge, string? WaiverReason)
{
    /// <summary>A driver who has not arrived this long after the estimate is late, seconds.</summary>
    public const int LateAfterSeconds = 5 * 60;

    /// <summary>Judges a cancellation. Pure.</summary>
    /// <remarks>
    /// A rider pays for a driver's wasted trip if they cancelled after the free period or at the kerb, or did not come. Other
    /// people's decisions cost the rider nothing, and neither does a driver who is late: who does not move is late in the end. A
    /// driver who has arrived is not late any more.
    /// </remarks>
    /// <param name="ride">The cancellation.</param>
    /// <param name="etaSeconds">The time to the pickup that was estimated at the assignment, seconds; null if not known.</param>
    public static CancellationVerdict Of(RideCancelled ride, int? etaSeconds) =>
        ride switch
        {
            { DriverId: null } or { Stage: RideStatuses.Requested } => Waived(Contracts.WaiverReason.NoDriverAssigned),
            { By: Initiator.Driver, Reason: CancellationReason.NoShow } => Due(CancellationCharge.NoShow),
            { By: not Initiator.Rider } => Waived(Contracts.WaiverReason.NotCancelledByRider),
            { Stage: RideStatuses.DriverArrived } => Due(CancellationCharge.LateCancellation),
            _ when !IsAfterFreePeriod(ride) => Waived(Contracts.WaiverReason.WithinFreePeriod),
            _ when IsLate(ride, etaSeconds) => Waived(Contracts.WaiverReason.DriverLate),
            _ => Due(CancellationCharge.LateCancellation),
        };

    static bool IsAfterFreePeriod(RideCancelled ride) => ride.SinceAssignedSeconds > ride.FreeCancellationSeconds;

    static bool IsLate(RideCancelled ride, int? etaSeconds) =>
        ride.SinceAssignedSeconds is { } since && since > (long?)etaSeconds + LateAfterSeconds;

    static CancellationVerdict Waived(string reason) => new(CancellationCharge.None, reason);

    static CancellationVerdict Due(CancellationCharge charge) => new(charge, null);
}
