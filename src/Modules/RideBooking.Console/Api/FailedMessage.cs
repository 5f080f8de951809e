using System.Text.Json;
using System.Text.Json.Serialization;

namespace RideBooking.Console.Api;

internal sealed record ErrorQueues(IReadOnlyList<ErrorQueue> Items);

internal sealed record ErrorQueue(
    string Queue,
    string Endpoint,
    string Kind,
    int Count,
    DateTimeOffset? Oldest,
    IReadOnlyList<TopFailure> TopFingerprints
);

internal sealed record TopFailure(
    string Fingerprint,
    string? ExceptionType,
    string? ExceptionMessage,
    string? MessageType,
    int Count,
    DateTimeOffset FirstSeen,
    DateTimeOffset LastSeen
);

internal sealed record FailureGroups(IReadOnlyList<FailureGroup> Items, bool More);

internal sealed record FailureGroup(
    string? Key,
    int Count,
    DateTimeOffset FirstSeen,
    DateTimeOffset LastSeen,
    IReadOnlyList<int> History,
    Failure? Failure,
    FailureNote? Note
);

internal sealed record Failure(
    string Fingerprint,
    string Queue,
    string? MessageType,
    string? ExceptionType,
    string? ExceptionMessage,
    string? TopFrame
);

internal sealed record FailureNote(string Text, string By, DateTimeOffset At);

internal sealed record Noted(FailureNote? Note);

internal sealed record Failures(IReadOnlyList<FailureCount> Items);

internal sealed record FailureCount(string Kind, string? Subscription, int Count, DateTimeOffset? Oldest);

internal sealed record UnsentMessage(
    Guid Id,
    Guid MessageId,
    string? MessageType,
    string? Destination,
    DateTimeOffset CommittedAt,
    int Attempts,
    DateTimeOffset NextAttemptAt,
    string? Error
);

internal sealed record FailingTimer(
    string Token,
    string? MessageType,
    string? Destination,
    DateTimeOffset DueAt,
    int Attempts,
    DateTimeOffset? NextAttemptAt
);

internal sealed record FailedMessage(
    string Id,
    string Queue,
    string Endpoint,
    string? MessageId,
    string? MessageType,
    Guid? RideId,
    string? RiderId,
    string? DriverId,
    string? ExceptionType,
    string? ExceptionMessage,
    string Fingerprint,
    int Attempts,
    DateTimeOffset FailedAt,
    DateTimeOffset? SentAt,
    string State,
    Guid? RedriveId,
    string? Outcome,
    int Redrives,
    bool Quarantined,
    bool Edited,
    IReadOnlyDictionary<string, string?>? Headers,
    string? ContentType,
    JsonElement? Body,
    JsonElement? Message,
    string? BodyHash,
    JsonElement? OriginalMessage,
    string? BodyText,
    string? BodyBase64,
    string? StackTrace,
    RideState? Ride,
    IReadOnlyList<HistoryEntry>? History
);

internal sealed record RideState(Guid Id, string? Status, string? LastEvent, DateTimeOffset? LastEventAt);

internal sealed record HistoryEntry(string Action, DateTimeOffset At, string By, string Reason, Guid? RedriveId);

/// <summary>Selects failed messages: by ids, or all that match a filter.</summary>
internal sealed record Selection(
    IReadOnlyList<string>? Ids = null,
    string? Queue = null,
    string? Fingerprint = null,
    string? MessageType = null,
    Guid? RideId = null,
    string? RiderId = null,
    string? DriverId = null,
    string? RideStatus = null,
    string? Text = null,
    DateTimeOffset? FailedAfter = null,
    DateTimeOffset? FailedBefore = null
)
{
    [JsonIgnore]
    public bool IsEmpty => Ids is not { Count: > 0 } && this with { Ids = null } == new Selection();
}

internal sealed record Plan(int Count, int Matching, int NotFound, int Quarantined, IReadOnlyList<FailedMessage> Items);

internal sealed record Discarded(int Count);
