namespace RideBooking.Console.Api;

internal sealed record Subscription(
    string Name,
    string State,
    long Position,
    long Lag,
    double LagSeconds,
    int Parked,
    string? StoppedBecause,
    string? Host
);

internal sealed record ParkedEvent(
    long Position,
    string EventType,
    int Version,
    string StreamId,
    string Error,
    DateTimeOffset ParkedAt,
    DateTimeOffset? RetryRequestedAt
);
