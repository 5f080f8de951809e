namespace RideBooking.Contracts;

/// <summary>Why a driver's shift ended.</summary>
public static class ShiftEndReason
{
    /// <summary>The driver ended it.</summary>
    public const string Driver = "driver";

    /// <summary>The system ended it, because the driver ignored several offers in a row.</summary>
    public const string OffersIgnored = "offersIgnored";

    /// <summary>The system ended it, because the driver's app has not reported for a while.</summary>
    public const string NotReporting = "notReporting";
}
