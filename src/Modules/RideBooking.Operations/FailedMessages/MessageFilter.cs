using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Microsoft.EntityFrameworkCore;
using RideBooking.Contracts;
using RideBooking.Contracts.Seams;
using RideBooking.Operations.Redrives;
using RideBooking.Platform.Http.Problems;
using RideBooking.Platform.Messaging;
using RideBooking.Platform.Persistence;

namespace RideBooking.Operations.FailedMessages;

/// <summary>The query parameters that filter failed messages.</summary>
internal sealed record MessageFilter(
    [FromQuery(Name = "queue")] string? Queue,
    [FromQuery(Name = "fingerprint")] string? Fingerprint,
    [FromQuery(Name = "messageType")] string? MessageType,
    [FromQuery(Name = "rideId")] Guid? RideId,
    [FromQuery(Name = "riderId")] string? RiderId,
    [FromQuery(Name = "driverId")] string? DriverId,
    [FromQuery(Name = "rideStatus")] string? RideStatus,
    [FromQuery(Name = "text")] string? Text,
    [FromQuery(Name = "failedAfter")] DateTimeOffset? FailedAfter,
    [FromQuery(Name = "failedBefore")] DateTimeOffset? FailedBefore,
    [FromQuery(Name = "redriveId")] Guid? RedriveId,
    [FromQuery(Name = "state")] string? State
)
{
    static readonly string[] s_states =
    [
        StoredMessage.Failed,
        StoredMessage.Redriving,
        StoredMessage.Redriven,
        StoredMessage.Discarded,
    ];

    /// <summary>Describes <c>state</c>.</summary>
    public static string DescriptionOfState =>
        $"state is one of {string.Join(", ", s_states)}; failed are those that wait for an operator. The default is failed; with redriveId, every state.";

    string? StateOrDefault => State ?? (RedriveId is null ? StoredMessage.Failed : null);

    Selection Selection =>
        new(
            Queue: string.IsNullOrEmpty(Queue) ? null : Queue,
            Fingerprint: Fingerprint,
            MessageType: MessageType,
            RideId: RideId,
            RiderId: RiderId,
            DriverId: DriverId,
            RideStatus: string.IsNullOrEmpty(RideStatus) ? null : RideStatus,
            Text: string.IsNullOrEmpty(Text) ? null : Text,
            FailedAfter: FailedAfter,
            FailedBefore: FailedBefore
        );

    /// <summary>Returns the problem if a parameter is not valid; otherwise null.</summary>
    public async Task<ProblemHttpResult?> Refuse(
        ReceiveEndpoints endpoints,
        AppDbContext db,
        CancellationToken cancellationToken
    )
    {
        if (State is not null && !s_states.Contains(State))
            return Problem.Validation("state", $"must be one of: {string.Join(", ", s_states)}");
        if (RideStatus is { Length: > 0 } && !RideStatuses.Spellings.Contains(RideStatus))
            return Problem.Validation("rideStatus", $"must be one of: {string.Join(", ", RideStatuses.Spellings)}");
        if (FailedAfter >= FailedBefore)
            return Problem.Validation("failedBefore", "must be later than failedAfter");
        if (RedriveId is { } id && !await db.Set<Redrive>().AnyAsync(row => row.Id == id, cancellationToken))
            return OperationsProblems.NoSuchRedrive();
        // A misspelt queue must not look like an empty one. Other messages may belong to a queue that no longer exists.
        return StateOrDefault == StoredMessage.Failed
            ? await Selection.Unknown(endpoints, db, cancellationToken)
            : null;
    }

    /// <summary>Returns those of the messages that match.</summary>
    public IQueryable<StoredMessage> Of(IQueryable<StoredMessage> messages, IRideStatuses? rides)
    {
        messages = OfAnyState(messages, rides);
        var state = StateOrDefault;
        return state is null ? messages : messages.Where(row => row.Status == state);
    }

    /// <summary>Returns those of the messages that match, whatever became of them.</summary>
    public IQueryable<StoredMessage> OfAnyState(IQueryable<StoredMessage> messages, IRideStatuses? rides)
    {
        messages = Selection.Of(messages, rides);
        return RedriveId is null ? messages : messages.Where(row => row.RedriveId == RedriveId);
    }
}
