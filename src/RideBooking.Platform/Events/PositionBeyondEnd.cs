using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using RideBooking.EventLog;
using RideBooking.Platform.Http.Problems;
using RideBooking.Platform.Persistence;

namespace RideBooking.Platform.Events;

/// <summary>Refuses to read on from a position that the event log has not reached.</summary>
/// <remarks>
/// The reader has such a position from another database, or from this one before it was restored. It would silently miss
/// every event up to the position.
/// </remarks>
public static class PositionBeyondEnd
{
    /// <summary>The problem's code.</summary>
    public const string Code = "position_beyond_end";

    /// <summary>
    /// Returns the refusal, with the log's last position; null when the log has reached the position, or it is 0.
    /// </summary>
    public static async Task<ProblemHttpResult?> Check(AppDbContext db, long after, CancellationToken cancellationToken)
    {
        if (after <= 0)
            return null;
        var last = await db.LastPosition(cancellationToken);
        return after <= last
            ? null
            : Problem.Of(
                StatusCodes.Status400BadRequest,
                Code,
                $"The event log ends at position {last} and has not reached {after}.",
                ("lastPosition", last)
            );
    }
}
