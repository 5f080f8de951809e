namespace RideBooking.Contracts;

/// <summary>The reasons that the system sets when a ride is completed. All others are free text that an operator wrote.</summary>
public static class CompletionReason
{
    /// <summary>The driver did not end the ride, and its rider did.</summary>
    public const string NotEndedByDriver = "notEndedByDriver";
}
