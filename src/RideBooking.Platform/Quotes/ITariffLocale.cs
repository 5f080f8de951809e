namespace RideBooking.Platform.Quotes;

/// <summary>The currency and the time zone of the tariff that holds now. Billing answers; modules that show money and days ask.</summary>
public interface ITariffLocale
{
    /// <summary>ISO 4217.</summary>
    string Currency { get; }

    /// <summary>The time zone that peaks are read in.</summary>
    TimeZoneInfo TimeZone { get; }
}
