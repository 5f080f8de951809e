namespace RideBooking.Contracts;

/// <summary>The reasons of cancellations that nobody wrote. All other reasons are free text.</summary>
public static class CancellationReason
{
    /// <summary>The rider did not come to the pickup.</summary>
    public const string NoShow = "noShow";
}
