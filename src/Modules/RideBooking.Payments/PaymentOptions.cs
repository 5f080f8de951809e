using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Hosting;
using RideBooking.Payments.Gateway;
using RideBooking.Platform.Configuration;

namespace RideBooking.Payments;

/// <summary>The settings of payments.</summary>
/// <param name="RetryDelays">
/// <c>Payments:RetryDelays</c>: the delay of the next attempt after each decline, and after each attempt in a row that the
/// gateway did not answer. After the last one the amount is outstanding.
/// </param>
/// <param name="DefaultToken">
/// <c>Payments:DefaultToken</c>: the token for riders without a payment method; null for none.
/// </param>
/// <param name="ResumeAfter">
/// <c>Payments:ResumeAfter</c>: how long an answer or a timer may be overdue before it counts as lost. Must exceed the
/// duration of redelivery.
/// </param>
/// <param name="Authorize">
/// <c>Payments:Authorize</c>: whether the expected fare is reserved on the rider's card when a driver is assigned.
/// </param>
/// <param name="Gateway"><c>Payments:Gateway</c>: who moves the money.</param>
internal sealed record PaymentOptions(
    IReadOnlyList<TimeSpan> RetryDelays,
    string? DefaultToken,
    TimeSpan ResumeAfter,
    bool Authorize = true,
    GatewayKind Gateway = GatewayKind.Sandbox
)
{
    static readonly TimeSpan[] s_delays =
    [
        TimeSpan.FromMinutes(1),
        TimeSpan.FromMinutes(10),
        TimeSpan.FromHours(1),
        TimeSpan.FromHours(24),
    ];

    /// <summary>
    /// Reads the settings. In Development all riders pay with a card of the sandbox that works, unless a setting says otherwise.
    /// </summary>
    public static PaymentOptions Read(IConfiguration configuration)
    {
        // Modules add their services from the configuration alone; the host puts the name of its environment there.
        var isDevelopment = Environments.Development.Equals(
            configuration[HostDefaults.EnvironmentKey],
            StringComparison.OrdinalIgnoreCase
        );
        var gateway = configuration.Choice("Payments:Gateway", GatewayKind.Sandbox);
        var token =
            configuration["Payments:DefaultToken"]
            ?? (isDevelopment && gateway == GatewayKind.Sandbox ? "tok_visa" : null);
        return new PaymentOptions(
            configuration.Spans("Payments:RetryDelays", s_delays),
            string.IsNullOrWhiteSpace(token) ? null : token.Trim(),
            configuration.Span("Payments:ResumeAfter", TimeSpan.FromMinutes(15)),
            configuration.TrueOrFalse("Payments:Authorize", true),
            gateway
        );
    }
}
