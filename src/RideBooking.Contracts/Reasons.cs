namespace RideBooking.Contracts;

/// <summary>The reasons that people give for an action.</summary>
public static class Reasons
{
    /// <summary>The maximum length of a reason, in characters.</summary>
    public const int MaxLength = 500;
}
