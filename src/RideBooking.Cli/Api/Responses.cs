using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;

namespace RideBooking.Cli.Api;

// The parts of the API's responses that this program reads. Every host documents them at /docs.

internal sealed record ProblemResponse(
    string? Code,
    string? Detail,
    Dictionary<string, string[]>? Errors,
    string? TraceId
);

internal sealed record SchemaResponse(string Subject, int Version, int Id, string Schema);

internal sealed record CompatibilityResponse(
    [property: JsonPropertyName("is_compatible")] bool IsCompatible,
    IReadOnlyList<string>? Messages
);

internal sealed record LevelResponse(string CompatibilityLevel);

internal sealed record SubscriptionsResponse(IReadOnlyList<SubscriptionResponse> Items);

internal sealed record SubscriptionResponse(
    string Name,
    string State,
    long Position,
    long Lag,
    double LagSeconds,
    int Parked,
    string? StoppedBecause
);

internal sealed record EndpointsResponse(IReadOnlyList<EndpointResponse> Items);

internal sealed record EndpointResponse(
    string Name,
    EndpointPauseResponse? Pause,
    long? QueueDepth,
    int Failed,
    double Throughput,
    double? LagSeconds,
    double? ProcessingSeconds,
    double? CriticalTimeSeconds,
    double Failures,
    double Retries,
    IReadOnlyList<EndpointMinuteResponse> History
);

internal sealed record EndpointPauseResponse(DateTimeOffset At, string? By, bool Automatic, string Reason);

internal sealed record EndpointMinuteResponse(
    DateTimeOffset At,
    long? QueueDepth,
    double Throughput,
    double? LagSeconds,
    double? ProcessingSeconds,
    double? CriticalTimeSeconds,
    double Failures,
    double Retries
);

internal sealed record BacklogResponse(
    OutboxResponse Outbox,
    TimersResponse Timers,
    IReadOnlyList<SubscriptionBacklogResponse> Subscriptions,
    IReadOnlyList<RidesResponse> Rides
);

internal sealed record OutboxResponse(long? Messages, double? OldestSeconds);

internal sealed record TimersResponse(long? Waiting, long? Overdue, double? OldestOverdueSeconds);

internal sealed record SubscriptionBacklogResponse(string Name, long Lag, double LagSeconds);

internal sealed record RidesResponse(string State, long Count, long Stuck);

internal sealed record AlertsResponse(IReadOnlyList<AlertResponse> Items, string? NextCursor);

internal sealed record AlertResponse(
    string Alert,
    string? Subject,
    string Status,
    DateTimeOffset Since,
    DateTimeOffset? EndedAt,
    string Text
);

internal sealed record AlertNotificationsResponse(IReadOnlyList<AlertNotificationResponse> Items, string? NextCursor);

internal sealed record AlertNotificationResponse(
    Guid Id,
    string Alert,
    string? Subject,
    string Event,
    string Status,
    DateTimeOffset CreatedAt,
    int Attempts,
    string? LastError
);

internal sealed record DeliveriesResponse(IReadOnlyList<DeliveryResponse> Items, string? NextCursor);

internal sealed record DeliveryResponse(
    Guid Id,
    string EventType,
    string StreamId,
    string Recipient,
    string State,
    DateTimeOffset CreatedAt,
    int Attempts,
    string? LastError
);

internal sealed record PartnersResponse(IReadOnlyList<PartnerResponse> Items, string? NextCursor);

internal sealed record PartnerResponse(
    Guid Id,
    string Name,
    string Receiver,
    IReadOnlyList<string> EventTypes,
    DateTimeOffset CreatedAt,
    DateTimeOffset? DisabledAt
);

internal sealed record ParkedEventsResponse(IReadOnlyList<ParkedEventResponse> Items, string? NextCursor);

internal sealed record ParkedEventResponse(
    long Position,
    string EventType,
    int Version,
    string StreamId,
    string Error,
    DateTimeOffset ParkedAt,
    DateTimeOffset? RetryRequestedAt
);

internal sealed record ReplaysResponse(IReadOnlyList<ReplayResponse> Items);

internal sealed record ReplayResponse(
    Guid Id,
    string Projection,
    string Status,
    long Position,
    long End,
    double Progress,
    int Parked,
    string? StoppedBecause,
    string RequestedBy,
    string Reason,
    DateTimeOffset RequestedAt
);

internal sealed record ArchivingResponse(bool IsRunning);

internal sealed record ArchivesResponse(IReadOnlyList<ArchiveResponse> Items);

internal sealed record ArchiveResponse(
    Guid Id,
    long FirstPosition,
    long LastPosition,
    int Events,
    int Streams,
    int Size,
    bool IsFile,
    DateTimeOffset CreatedAt
);

internal sealed record QueuesResponse(IReadOnlyList<QueueResponse> Items);

internal sealed record QueueResponse(
    string Queue,
    string Endpoint,
    int Count,
    double? OldestAgeSeconds,
    IReadOnlyList<FingerprintResponse> TopFingerprints
);

internal sealed record FingerprintResponse(
    string Fingerprint,
    string? ExceptionType,
    string? ExceptionMessage,
    string? MessageType,
    int Count
);

internal sealed record MessagesResponse(IReadOnlyList<MessageResponse> Items, string? NextCursor);

internal record MessageResponse(
    string Id,
    string Queue,
    string Endpoint,
    string? MessageId,
    string? MessageType,
    Guid? RideId,
    string? ExceptionType,
    string? ExceptionMessage,
    string Fingerprint,
    int Attempts,
    DateTimeOffset? FailedAt,
    double? AgeSeconds,
    DateTimeOffset? SentAt,
    string? Outcome,
    int Redrives,
    bool Quarantined
);

internal sealed record ChangeResponse(string Pointer, string Kind, JsonNode? Before, JsonNode? After);

internal sealed record EditResponse(string Id, bool Stored, IReadOnlyList<ChangeResponse> Changes);

internal sealed record RepairResponse(
    int Changed,
    int Unchanged,
    int Refused,
    int Matching,
    int NotFound,
    IReadOnlyList<RefusedResponse> Reasons,
    IReadOnlyList<RepairedResponse> Items,
    string? NextCursor
);

internal sealed record RefusedResponse(string Code, string Text, int Count, IReadOnlyList<string> Ids);

internal sealed record RepairedResponse(string Id, string? MessageType, IReadOnlyList<ChangeResponse> Changes);

internal sealed record MessageDetailsResponse(
    string Id,
    string Queue,
    string Endpoint,
    string? MessageId,
    string? MessageType,
    Guid? RideId,
    string? ExceptionType,
    string? ExceptionMessage,
    string Fingerprint,
    int Attempts,
    DateTimeOffset? FailedAt,
    double? AgeSeconds,
    DateTimeOffset? SentAt,
    string? Outcome,
    int Redrives,
    bool Quarantined,
    string State,
    Dictionary<string, string?> Headers,
    string? ContentType,
    JsonNode? Body,
    JsonNode? Message,
    string BodyHash,
    bool Edited,
    JsonNode? OriginalMessage,
    string? BodyText,
    string? BodyBase64,
    string? StackTrace,
    RideResponse? Ride,
    IReadOnlyList<OperatorActionResponse> History
)
    : MessageResponse(
        Id,
        Queue,
        Endpoint,
        MessageId,
        MessageType,
        RideId,
        ExceptionType,
        ExceptionMessage,
        Fingerprint,
        Attempts,
        FailedAt,
        AgeSeconds,
        SentAt,
        Outcome,
        Redrives,
        Quarantined
    );

internal sealed record SimulationResponse(
    string Endpoint,
    string? MessageId,
    string? MessageType,
    string Result,
    string Reason,
    string? Consumer,
    SimulatedSagaResponse? Saga,
    IReadOnlyList<SimulatedMessageResponse> Messages,
    IReadOnlyList<SimulatedTimerResponse> Timers,
    SimulatedExceptionResponse? Exception,
    RepeatResponse Repeat
);

internal sealed record SimulatedSagaResponse(
    string Type,
    Guid Id,
    bool IsNew,
    string From,
    string To,
    IReadOnlyList<string> Changes
);

internal sealed record SimulatedMessageResponse(string Type, string Kind, string Destination);

internal sealed record SimulatedTimerResponse(string? Type, DateTimeOffset? Due);

internal sealed record SimulatedExceptionResponse(string Type, string Message, bool IsPermanent);

internal sealed record RepeatResponse(bool HasInbox, bool IsOlderThanInbox, bool? IsSafe, string? Because);

internal sealed record ExportedTestResponse(string FileName, string Source);

internal sealed record RideResponse(Guid Id, string? Status, string? LastEvent, DateTimeOffset? LastEventAt);

internal sealed record OperatorActionResponse(
    string Action,
    DateTimeOffset At,
    string By,
    string Reason,
    Guid? RedriveId,
    IReadOnlyList<ChangeResponse>? Changes
);

internal sealed record PlanResponse(
    int Count,
    int Matching,
    int NotFound,
    int Quarantined,
    IReadOnlyList<MessageResponse> Items
);

internal sealed record RedriveResponse(
    Guid Id,
    string Status,
    int Selected,
    int Sent,
    int NotFound,
    int Quarantined,
    int Failed,
    OutcomesResponse Outcomes,
    string RequestedBy,
    DateTimeOffset RequestedAt,
    string Reason,
    string? Error
);

internal sealed record OutcomesResponse(
    int Pending,
    int Consumed,
    int Ignored,
    int Deduplicated,
    int FailedAgain,
    int Untracked,
    int Unknown
);

internal sealed record RedrivesResponse(IReadOnlyList<RedriveResponse> Items);

internal sealed record AuditResponse(
    Guid Id,
    string Status,
    long Position,
    long LastPosition,
    int Rides,
    int DeviationCount,
    IReadOnlyList<DeviationResponse> Deviations
);

internal sealed record DeviationResponse(
    long? Position,
    Guid? EventId,
    string? StreamId,
    string Field,
    string? Expected,
    string? Actual
);

internal sealed record ActionsResponse(IReadOnlyList<ActionResponse> Items, string? NextCursor);

internal sealed record FailureGroupsResponse(IReadOnlyList<FailureGroupResponse> Items, bool More);

internal sealed record FailureGroupResponse(
    string? Key,
    int Count,
    DateTimeOffset FirstSeen,
    DateTimeOffset LastSeen,
    IReadOnlyList<int> History,
    FailureResponse? Failure,
    FailureNoteResponse? Note
);

internal sealed record FailureResponse(
    string Queue,
    string? MessageType,
    string? ExceptionType,
    string? ExceptionMessage,
    string? TopFrame
);

internal sealed record FailureNoteResponse(string Text, string By, DateTimeOffset At);

internal sealed record FailuresResponse(IReadOnlyList<FailureCountResponse> Items);

internal sealed record FailureCountResponse(string Kind, string? Subscription, int Count, DateTimeOffset? Oldest);

internal sealed record UnsentMessagesResponse(IReadOnlyList<UnsentMessageResponse> Items);

internal sealed record UnsentMessageResponse(
    Guid MessageId,
    string? MessageType,
    string? Destination,
    DateTimeOffset CommittedAt,
    int Attempts,
    DateTimeOffset NextAttemptAt,
    string? Error
);

internal sealed record FailingTimersResponse(IReadOnlyList<FailingTimerResponse> Items);

internal sealed record FailingTimerResponse(
    string Token,
    string? MessageType,
    string? Destination,
    DateTimeOffset DueAt,
    int Attempts,
    DateTimeOffset? NextAttemptAt
);

internal sealed record ActionResponse(
    DateTimeOffset At,
    string By,
    string Action,
    string? Queue,
    string? Fingerprint,
    Guid? RideId,
    string? RiderId,
    string? Subscription,
    long? Position,
    int Count,
    string Reason
);

internal static class Responses
{
    public static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        WriteIndented = true,
        // The output is for terminals and pipes, not for web pages.
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    /// <summary>The same in one line.</summary>
    public static readonly JsonSerializerOptions Compact = new(Json) { WriteIndented = false };

    public static T As<T>(this JsonElement json) => json.Deserialize<T>(Json)!;

    public static string Indented(this JsonElement json) => JsonSerializer.Serialize(json, Json);
}

internal sealed record ForgottenResponse(DateTimeOffset ForgottenAt);
