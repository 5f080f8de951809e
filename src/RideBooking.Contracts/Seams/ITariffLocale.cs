namespace RideBooking.Contracts.Seams;

/// <summary>
/// The currency and the time zone of the current tariff. Billing implements it, for modules that show money and days.
/// </summary>
public interface ITariffLocale
{
    /// <summary>The currency, as an ISO 4217 code.</summary>
    string Currency { get; }

    /// <summary>The time zone of the tariff's peak times.</summary>
    TimeZoneInfo TimeZone { get; }
}
