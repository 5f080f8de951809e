namespace RideBooking.Contracts;

/// <summary>Why an offer ended without an answer.</summary>
public static class OfferEndReason
{
    /// <summary>The driver did not answer in time.</summary>
    public const string Timeout = "timeout";

    /// <summary>The driver's shift ended.</summary>
    public const string DriverOffline = "driverOffline";

    /// <summary>The ride was cancelled.</summary>
    public const string RideCancelled = "rideCancelled";

    /// <summary>The search for a driver ended.</summary>
    public const string SearchEnded = "searchEnded";
}
