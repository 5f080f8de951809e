namespace RideBooking.Console.Api;

/// <summary>An endpoint in the last complete minute, and in each of the last hour.</summary>
internal sealed record ReceiveEndpoint(
    string Name,
    bool Paused,
    Pause? Pause,
    long? QueueDepth,
    int Failed,
    double Throughput,
    double? LagSeconds,
    double? ProcessingSeconds,
    double? CriticalTimeSeconds,
    double Failures,
    double Retries,
    IReadOnlyList<EndpointMinute> History
);

internal sealed record Pause(DateTimeOffset At, string? By, bool Automatic, string Reason);

internal sealed record EndpointMinute(DateTimeOffset At, double Throughput, double? LagSeconds, double Failures);
