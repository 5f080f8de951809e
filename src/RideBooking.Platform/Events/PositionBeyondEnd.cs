using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using RideBooking.EventLog;
using RideBooking.Platform.Http;
using RideBooking.Platform.Persistence;

namespace RideBooking.Platform.Events;

/// <summary>
/// Refuses to read on after a position that the event log has not reached: the reader has it from another database, or from
/// this one before it was restored, and would silently miss every event up to it.
/// </summary>
public static class PositionBeyondEnd
{
    /// <summary>The problem's code.</summary>
    public const string Code = "position_beyond_end";

    /// <summary>The refusal, with the log's last position; null when the position is in the log, or 0.</summary>
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
                $"The event log ends at position {last}, before {after}.",
                ("lastPosition", last)
            );
    }
}
