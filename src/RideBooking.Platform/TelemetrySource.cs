namespace RideBooking.Platform;

/// <summary>The source of the platform's telemetry.</summary>
internal static class TelemetrySource
{
    /// <summary>The name of our meter, our activity source and the logger of our scopes.</summary>
    public const string Name = "RideBooking";
}
