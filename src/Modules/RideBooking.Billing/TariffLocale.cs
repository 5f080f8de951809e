using RideBooking.Contracts;
using RideBooking.Contracts.Seams;

namespace RideBooking.Billing;

/// <summary>Returns the currency and the time zones of the current tariffs.</summary>
internal sealed class TariffLocale(TariffBook tariffs, TimeProvider clock) : ITariffLocale
{
    public string Currency => Current.Currency;

    public TimeZoneInfo TimeZone => Current.TimeZone;

    public TimeZoneInfo TimeZoneOf(string? city) => tariffs.Cities.Find(city)?.TimeZone ?? TimeZone;

    public string? CityOf(Place place) => tariffs.Cities.Of(place)?.Code;

    Tariff Current => tariffs.At(clock.GetUtcNow(), FirstCity);

    string? FirstCity => tariffs.Cities.All.Count > 0 ? tariffs.Cities.All[0].Code : null;
}
