namespace RideBooking.Contracts.Seams;

/// <summary>
/// The currency and the time zones of the current tariffs. Billing implements it, for modules that show money and days.
/// </summary>
public interface ITariffLocale
{
    /// <summary>The currency, as an ISO 4217 code; with several cities, that of the first one.</summary>
    string Currency { get; }

    /// <summary>The time zone of the tariff's peak times; with several cities, that of the first one.</summary>
    TimeZoneInfo TimeZone { get; }

    /// <summary>Returns the time zone of a city's days.</summary>
    /// <param name="city">Its code; null, or the code of a city that no longer exists, for <see cref="TimeZone"/>.</param>
    TimeZoneInfo TimeZoneOf(string? city);

    /// <summary>Returns the code of the city whose area contains a place; null if there is none.</summary>
    string? CityOf(Place place);
}
