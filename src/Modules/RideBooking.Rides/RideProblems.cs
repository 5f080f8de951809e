using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using RideBooking.Contracts;
using RideBooking.EventLog.PersonalData;
using RideBooking.Platform.Http.Problems;
using RideBooking.Platform.Http.Requests;
using RideBooking.Platform.Messaging;

namespace RideBooking.Rides;

/// <summary>The problem codes of rides.</summary>
internal static class RideProblems
{
    public const string RideNotFound = SharedProblemCode.RideNotFound;
    public const string ActiveRideExists = "active_ride_exists";
    public const string OutstandingBalance = "outstanding_balance";
    public const string QuoteExpired = "quote_expired";
    public const string TooManyBookedRides = "too_many_booked_rides";
    public const string NotCancellable = "ride_not_cancellable";
    public const string InvalidTransition = "invalid_transition";
    public const string NoShowTooEarly = "no_show_too_early";
    public const string NotAtPickup = "not_at_pickup";
    public const string NotAtDropoff = "not_at_dropoff";
    public const string PositionNotFresh = "position_not_fresh";
    public const string ImplausibleReport = "implausible_report";
    public const string WrongPin = "wrong_pin";
    public const string PinLocked = "pin_locked";
    public const string EndTooEarly = "end_too_early";
    public const string AlreadyRated = "already_rated";
    public const string RatingClosed = "rating_closed";
    public const string InstantInFuture = "instant_in_future";
    public const string VersionBeyondEnd = "version_beyond_end";
    public const string RiderForgotten = SharedProblemCode.RiderForgotten;

    // The member "status" of a problem is its HTTP status.
    const string RideStatusMember = "rideStatus";

    public static ProblemHttpResult NoSuchRide() => Problem.NotFound(SharedProblemDetail.RideNotFound, RideNotFound);

    public static ProblemHttpResult Forgotten() => Problem.Conflict(RiderForgotten, ForgottenSubjects.Detail);

    public static ProblemHttpResult Expired(SignedQuote quote) =>
        Problem.Conflict(
            QuoteExpired,
            "The quote has expired; ask for a new one.",
            ("expiredAt", Instant.Format(quote.ExpiresAt))
        );

    public static Refusal QuoteReplaced() =>
        new(QuoteExpired, "The destination has changed since this quote was issued; ask for a new one.");

    public static Refusal TooEarly(DateTimeOffset possibleAt) =>
        new(NoShowTooEarly, "The rider still has time to come.", ("possibleAt", Instant.Format(possibleAt)));

    public static Refusal Implausible(IReadOnlyList<RideFlag> flags) =>
        new(ImplausibleReport, flags[0].Reason, ("flags", flags));

    public static Refusal PinIsWrong(int attemptsLeft) =>
        new(
            WrongPin,
            "The ride starts with the PIN that the rider sees. The one you sent is wrong, or you sent none.",
            ("attemptsLeft", attemptsLeft)
        );

    public static Refusal PinIsLocked() =>
        new(PinLocked, "You sent too many wrong PINs. An operator can give the ride to another driver, or cancel it.");

    public static Refusal EndsTooEarly(DateTimeOffset possibleAt) =>
        new(EndTooEarly, "The driver still has time to end the ride.", ("possibleAt", Instant.Format(possibleAt)));

    public static Refusal Rated() => new(AlreadyRated, "You have rated this ride already.");

    public static Refusal RatedTooLate() => new(RatingClosed, "A ride can be rated for 24 hours after its completion.");

    public static ProblemHttpResult BeyondEnd(int version, int lastVersion) =>
        Problem.Of(
            StatusCodes.Status400BadRequest,
            VersionBeyondEnd,
            $"The ride's last event has version {lastVersion}; there is no version {version}.",
            ("lastVersion", lastVersion)
        );

    /// <summary>The problem of a command, or a preview of one, that the ride's status does not allow.</summary>
    public static ProblemHttpResult Refused(Ride ride, string code, string what) =>
        Problem.Conflict(
            code,
            $"{what} is not possible while the ride is {ride.Is().InApi()}.",
            (RideStatusMember, ride.Is().InApi())
        );
}
