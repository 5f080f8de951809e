using Microsoft.Extensions.Configuration;
using RideBooking.Platform.Configuration;

namespace RideBooking.Payments.Gateway;

/// <summary>How the sandbox gateway behaves, whatever the card. Simulations and tests change it while it runs.</summary>
internal sealed class SandboxConditions
{
    /// <summary><c>Payments:Sandbox:Latency</c>: how long every call takes.</summary>
    public TimeSpan Latency { get; set; }

    /// <summary><c>Payments:Sandbox:Available</c>: false for an outage, in which no call is answered or has any effect.</summary>
    public bool IsAvailable { get; set; } = true;

    /// <summary>Reads the settings.</summary>
    public static SandboxConditions Read(IConfiguration configuration) =>
        new()
        {
            Latency = configuration.Span("Payments:Sandbox:Latency", TimeSpan.Zero),
            IsAvailable = configuration.TrueOrFalse("Payments:Sandbox:Available", true),
        };
}
