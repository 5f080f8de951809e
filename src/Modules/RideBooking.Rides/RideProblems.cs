using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using RideBooking.Contracts;
using RideBooking.Platform.Http.Problems;

namespace RideBooking.Rides;

/// <summary>The problem codes of rides.</summary>
internal static class RideProblems
{
    public const string RideNotFound = "ride_not_found";
    public const string ActiveRideExists = "active_ride_exists";
    public const string OutstandingBalance = "outstanding_balance";
    public const string QuoteExpired = "quote_expired";
    public const string NotCancellable = "ride_not_cancellable";
    public const string InvalidTransition = "invalid_transition";
    public const string NoShowTooEarly = "no_show_too_early";
    public const string NotAtPickup = "not_at_pickup";
    public const string PositionNotFresh = "position_not_fresh";
    public const string ImplausibleReport = "implausible_report";
    public const string AlreadyRated = "already_rated";
    public const string RatingClosed = "rating_closed";
    public const string InstantInFuture = "instant_in_future";
    public const string VersionBeyondEnd = "version_beyond_end";

    // The member "status" of a problem is its HTTP status.
    const string RideStatusMember = "rideStatus";

    public static ProblemHttpResult NotFound() =>
        Problem.NotFound("There is no such ride, or none that you may see.", RideNotFound);

    /// <summary>The problem of an implausible report.</summary>
    public static ProblemHttpResult Implausible(IReadOnlyList<RideFlag> flags) =>
        Problem.Conflict(
            ImplausibleReport,
            flags.Count > 0 ? flags[0].Reason : "The report contradicts the ride.",
            ("flags", flags)
        );

    public static ProblemHttpResult BeyondEnd(int version, int lastVersion) =>
        Problem.Of(
            StatusCodes.Status400BadRequest,
            VersionBeyondEnd,
            $"The ride's last event has version {lastVersion}; there is no version {version}.",
            ("lastVersion", lastVersion)
        );

    public static ProblemHttpResult Refused(Ride ride, string code, string what) =>
        Problem.Conflict(
            code,
            $"{what} is not possible while the ride is {ride.Is().InApi()}.",
            (RideStatusMember, ride.Is().InApi())
        );
}
