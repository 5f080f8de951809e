using RideBooking.Contracts;
using RideBooking.Contracts.Seams;

namespace RideBooking.Billing;

/// <summary>Returns the currency and the time zone of the current tariff.</summary>
internal sealed class TariffLocale(TariffBook tariffs, TimeProvider clock) : ITariffLocale
{
    public string Currency => tariffs.At(clock.GetUtcNow()).Currency;

    public TimeZoneInfo TimeZone => tariffs.At(clock.GetUtcNow()).TimeZone;

    public TimeZoneInfo TimeZoneOf(string? city) => TimeZone;

    public string? CityOf(Place place) => null;
}
