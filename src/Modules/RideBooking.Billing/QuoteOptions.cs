using Microsoft.Extensions.Configuration;
using RideBooking.Platform.Configuration;

namespace RideBooking.Billing;

/// <summary>The settings of quotes.</summary>
/// <param name="ValidFor"><c>Quotes:ValidFor</c>: how long a quote is valid.</param>
/// <param name="TypicalPickupEta">
/// <c>Quotes:TypicalPickupEta</c>: a driver's time to the pickup, if there is no estimate.
/// </param>
internal sealed record QuoteOptions(TimeSpan ValidFor, TimeSpan TypicalPickupEta)
{
    public static QuoteOptions Read(IConfiguration configuration) =>
        new(
            configuration.Span("Quotes:ValidFor", TimeSpan.FromSeconds(120)),
            configuration.Span("Quotes:TypicalPickupEta", TimeSpan.FromMinutes(5))
        );
}
