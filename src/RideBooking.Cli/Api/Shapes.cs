using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;

namespace RideBooking.Cli.Api;

// The parts of the API's responses that this program reads. Every host documents them at /docs.

internal sealed record ProblemShape(string? Code, string? Detail, Dictionary<string, string[]>? Errors);

internal sealed record SchemaShape(string Subject, int Version, int Id, string Schema);

internal sealed record CompatibilityShape(
    [property: JsonPropertyName("is_compatible")] bool IsCompatible,
    IReadOnlyList<string>? Messages
);

internal sealed record LevelShape(string CompatibilityLevel);

internal sealed record SubscriptionsShape(IReadOnlyList<SubscriptionShape> Items);

internal sealed record SubscriptionShape(string Name, string State, long Position, long Lag, int Parked);

internal sealed record ReplaysShape(IReadOnlyList<ReplayShape> Items);

internal sealed record ReplayShape(
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

internal sealed record ArchivingShape(bool IsRunning);

internal sealed record ArchivesShape(IReadOnlyList<ArchiveShape> Items);

internal sealed record ArchiveShape(
    Guid Id,
    long FirstPosition,
    long LastPosition,
    int Events,
    int Streams,
    int Size,
    bool IsFile,
    DateTimeOffset CreatedAt
);

internal sealed record QueuesShape(IReadOnlyList<QueueShape> Items);

internal sealed record QueueShape(
    string Queue,
    string Endpoint,
    int Count,
    double? OldestAgeSeconds,
    IReadOnlyList<FingerprintShape> TopFingerprints
);

internal sealed record FingerprintShape(
    string Fingerprint,
    string? ExceptionType,
    string? ExceptionMessage,
    string? MessageType,
    int Count
);

internal sealed record MessagesShape(IReadOnlyList<MessageShape> Items, string? NextCursor);

internal record MessageShape(
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
    DateTimeOffset? SentAt
);

internal sealed record MessageDetailsShape(
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
    string State,
    Dictionary<string, string?> Headers,
    string? ContentType,
    JsonNode? Body,
    string? BodyText,
    string? BodyBase64,
    string? StackTrace,
    RideShape? Ride,
    IReadOnlyList<OperatorActionShape> History
)
    : MessageShape(
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
        SentAt
    );

internal sealed record RideShape(Guid Id, string? Status, string? LastEvent, DateTimeOffset? LastEventAt);

internal sealed record OperatorActionShape(string Action, DateTimeOffset At, string By, string Reason, Guid? RedriveId);

internal sealed record PlanShape(int Count, int Matching, int NotFound, IReadOnlyList<MessageShape> Items);

internal sealed record RedriveShape(
    Guid Id,
    string Status,
    int Selected,
    int Sent,
    int NotFound,
    int Failed,
    string RequestedBy,
    DateTimeOffset RequestedAt,
    string Reason,
    string? Error
);

internal sealed record RedrivesShape(IReadOnlyList<RedriveShape> Items);

internal sealed record AuditShape(
    Guid Id,
    string Status,
    long Position,
    long LastPosition,
    int Rides,
    int DeviationCount,
    IReadOnlyList<DeviationShape> Deviations
);

internal sealed record DeviationShape(
    long? Position,
    Guid? EventId,
    string? StreamId,
    string Field,
    string? Expected,
    string? Actual
);

internal sealed record ActionsShape(IReadOnlyList<ActionShape> Items, string? NextCursor);

internal sealed record ActionShape(
    DateTimeOffset At,
    string By,
    string Action,
    string? Queue,
    Guid? RideId,
    string? RiderId,
    string? Subscription,
    long? Position,
    int Count,
    string Reason
);

internal static class Shapes
{
    public static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        WriteIndented = true,
        // The output is for terminals and pipes, not for web pages.
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    public static T As<T>(this JsonElement json) => json.Deserialize<T>(Json)!;

    public static string Indented(this JsonElement json) => JsonSerializer.Serialize(json, Json);
}

internal sealed record ForgottenShape(DateTimeOffset ForgottenAt);
