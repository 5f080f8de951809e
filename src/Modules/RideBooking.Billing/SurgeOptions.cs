using Microsoft.Extensions.Configuration;
using RideBooking.Platform.Configuration;

namespace RideBooking.Billing;

/// <summary>The settings of surge by demand and supply.</summary>
/// <param name="Max"><c>Billing:Surge:Max</c>: the highest factor; 1 for none, so that only the peaks of the tariff apply.</param>
/// <param name="HalfLife">
/// <c>Billing:Surge:HalfLife</c>: the time after which an observation counts half in the smoothed demand and supply.
/// </param>
internal sealed record SurgeOptions(decimal Max, TimeSpan HalfLife)
{
    public bool IsOn => Max > 1;

    public static SurgeOptions Read(IConfiguration configuration) =>
        new(
            configuration.Number("Billing:Surge:Max", defaultValue: 1, min: 1, max: 5),
            configuration.Span("Billing:Surge:HalfLife", TimeSpan.FromMinutes(5))
        );
}
