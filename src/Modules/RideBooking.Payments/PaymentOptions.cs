using Microsoft.Extensions.Configuration;
using RideBooking.Platform.Configuration;

namespace RideBooking.Payments;

/// <summary>How money is collected.</summary>
/// <param name="RetryDelays">From <c>Payments:RetryDelays</c>: how long after each failed attempt the next one is made; after the last the amount is outstanding.</param>
/// <param name="DefaultToken">From <c>Payments:DefaultToken</c>: what a rider without a method on file pays with; null for nothing.</param>
/// <param name="ResumeAfter">From <c>Payments:ResumeAfter</c>: how long an answer or a timer may be overdue before it counts as lost; longer than redelivery goes on.</param>
internal sealed record PaymentOptions(IReadOnlyList<TimeSpan> RetryDelays, string? DefaultToken, TimeSpan ResumeAfter)
{
    static readonly TimeSpan[] s_delays = [TimeSpan.FromMinutes(1), TimeSpan.FromMinutes(10), TimeSpan.FromHours(1)];

    /// <summary>Reads the settings. In Development everybody pays with a card that works, unless the setting says otherwise.</summary>
    public static PaymentOptions Read(IConfiguration configuration, bool development)
    {
        var token = configuration["Payments:DefaultToken"] ?? (development ? "tok_visa" : null);
        return new PaymentOptions(
            configuration.Spans("Payments:RetryDelays", s_delays),
            string.IsNullOrWhiteSpace(token) ? null : token.Trim(),
            configuration.Span("Payments:ResumeAfter", TimeSpan.FromMinutes(15))
        );
    }
}
