using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using RideBooking.EventLog;
using RideBooking.EventLog.Archives;

namespace RideBooking.Platform.Http.Problems;

/// <summary>Explains that the event log cannot be read at some place, without anything of what is stored there.</summary>
internal static class UnreadableProblem
{
    /// <summary>Returns the problem; null if the exception has another cause.</summary>
    public static ProblemDetails? Explain(Exception exception) =>
        exception switch
        {
            UnreadableEventException { Logged: var logged } => Problem.Details(
                StatusCodes.Status500InternalServerError,
                ProblemCode.EventUnreadable,
                logged.Position is { } position
                    ? $"{exception.Message} To skip it, read the log with after={position}."
                    : exception.Message,
                ("position", logged.Position),
                ("eventId", logged.EventId),
                ("eventType", logged.EventType),
                ("version", logged.Version),
                ("streamId", logged.StreamId)
            ),
            DamagedArchiveException { Archive: var archive } => Problem.Details(
                StatusCodes.Status500InternalServerError,
                ProblemCode.ArchiveUnreadable,
                $"The archive {archive.Id} with events from position {archive.FirstPosition} to {archive.LastPosition} cannot be read.",
                ("archiveId", archive.Id),
                ("firstPosition", archive.FirstPosition),
                ("lastPosition", archive.LastPosition)
            ),
            _ => null,
        };
}
