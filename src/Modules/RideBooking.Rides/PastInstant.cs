using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using RideBooking.EventLog;
using RideBooking.Platform.Http.Problems;
using RideBooking.Platform.Http.Requests;

namespace RideBooking.Rides;

/// <summary>An instant in the past, as a query parameter, and the events until then.</summary>
internal static class PastInstant
{
    /// <summary>Returns the refusal if the parameter is no instant or in the future.</summary>
    public static ProblemHttpResult? Check(
        string parameter,
        string? text,
        TimeProvider clock,
        out DateTimeOffset instant
    )
    {
        instant = default;
        if (text is null || !Instant.TryParse(text, out instant))
            return Problem.Validation(parameter, Instant.Expected);
        return instant <= clock.GetUtcNow()
            ? null
            : Problem.Of(
                StatusCodes.Status400BadRequest,
                RideProblems.InstantInFuture,
                $"{parameter} is in the future. The ride may change until then.",
                ("now", Instant.Format(clock.GetUtcNow()))
            );
    }

    /// <summary>Returns the events up to an instant, which ends before the first later one.</summary>
    public static IEnumerable<LoggedEvent> UpTo(this IEnumerable<LoggedEvent> events, DateTimeOffset instant) =>
        events.TakeWhile(logged => logged.Timestamp <= instant);
}
