using RideBooking.Contracts;

namespace RideBooking.Matching;

/// <summary>Why a driver was or was not offered a ride, in one attempt to match it.</summary>
internal enum MatchReason
{
    /// <summary>The ride was offered to the driver.</summary>
    Offered,

    /// <summary>The driver could have been offered the ride, but another one ranked higher.</summary>
    RankedLower,

    /// <summary>The driver could have been offered the ride, but was reserved for or matched with another one at that moment.</summary>
    ReservedMeanwhile,

    /// <summary>The driver is the rider.</summary>
    OwnRide,

    /// <summary>The driver has declined this ride.</summary>
    Declined,

    /// <summary>The driver had this ride and has lost it: they released it, or an operator took it from them.</summary>
    Released,

    /// <summary>The driver did not answer an offer of this ride.</summary>
    NotAnswered,

    /// <summary>The driver has another offer or ride.</summary>
    Reserved,

    /// <summary>The driver's vehicle is not of the class that was requested.</summary>
    OtherClass,

    /// <summary>The driver's last position is too old.</summary>
    PositionTooOld,

    /// <summary>The driver is offered nothing for a while, because they did not answer an offer.</summary>
    CoolingDown,

    /// <summary>The driver is farther away than the search's radius.</summary>
    OutOfRadius,
}

/// <summary>A driver on duty near a pickup, as one attempt to match the ride found them.</summary>
/// <param name="DriverId">The driver.</param>
/// <param name="Meters">The distance from the pickup, metres.</param>
/// <param name="PositionAt">When the position was reported.</param>
/// <param name="IdleSince">Since when they have been without a ride, if known.</param>
/// <param name="RecentDeclines">The number of offers they declined recently.</param>
/// <param name="Obstacle">Why they cannot be offered the ride; null if they can.</param>
internal sealed record NearbyDriver(
    string DriverId,
    double Meters,
    DateTimeOffset PositionAt,
    DateTimeOffset? IdleSince,
    int RecentDeclines,
    MatchReason? Obstacle
)
{
    /// <summary>The estimated driving time to the pickup, seconds.</summary>
    public int PickupEtaSeconds => PickupEta.Seconds(Meters);
}

/// <summary>What decides whether a driver on duty can be offered a ride.</summary>
/// <param name="IsRider">Whether the driver is the rider.</param>
/// <param name="AnswerToRide">How the last offer of this ride to the driver ended, if they are not to be asked again.</param>
/// <param name="IsReserved">Whether the driver has an offer or a ride, or ends the shift after one.</param>
/// <param name="VehicleClass">The class of their vehicle.</param>
/// <param name="PositionAt">When their position was reported.</param>
/// <param name="CoolsDownUntil">Until when they are offered nothing.</param>
/// <param name="Meters">Their distance from the pickup, metres.</param>
internal readonly record struct Eligibility(
    bool IsRider,
    OfferStatus? AnswerToRide,
    bool IsReserved,
    string VehicleClass,
    DateTimeOffset PositionAt,
    DateTimeOffset? CoolsDownUntil,
    double Meters
)
{
    /// <summary>Returns the first reason for which the driver cannot be offered the ride; null if they can.</summary>
    /// <param name="requestedClass">The class of vehicle that was requested; any vehicle will do for <c>standard</c>.</param>
    /// <param name="now">The present.</param>
    /// <param name="freshSince">The oldest acceptable position.</param>
    /// <param name="radiusMeters">The radius of the search, metres.</param>
    public MatchReason? Obstacle(
        string requestedClass,
        DateTimeOffset now,
        DateTimeOffset freshSince,
        double radiusMeters
    ) =>
        IsRider ? MatchReason.OwnRide
        : AnswerToRide is { } answer
            ? answer switch
            {
                OfferStatus.Declined => MatchReason.Declined,
                OfferStatus.Expired => MatchReason.NotAnswered,
                _ => MatchReason.Released,
            }
        : IsReserved ? MatchReason.Reserved
        : requestedClass != Contracts.VehicleClass.Standard && VehicleClass != requestedClass ? MatchReason.OtherClass
        : PositionAt < freshSince ? MatchReason.PositionTooOld
        : CoolsDownUntil > now ? MatchReason.CoolingDown
        : Meters > radiusMeters ? MatchReason.OutOfRadius
        : null;
}
