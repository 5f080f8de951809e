namespace RideBooking.Contracts;

/// <summary>The cancellation reasons that the system sets. All other reasons are free text that a person wrote.</summary>
public static class CancellationReason
{
    /// <summary>The rider did not come to the pickup.</summary>
    public const string NoShow = "noShow";
}
