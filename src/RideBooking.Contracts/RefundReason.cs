namespace RideBooking.Contracts;

/// <summary>Why an operator refunds a payment.</summary>
public static class RefundReason
{
    /// <summary>The rider gets the money as a courtesy.</summary>
    public const string Goodwill = "goodwill";

    /// <summary>The price was too high.</summary>
    public const string Overcharged = "overcharged";

    /// <summary>The rider did not get what they paid for.</summary>
    public const string ServiceNotProvided = "serviceNotProvided";

    /// <summary>The rider did not request the ride.</summary>
    public const string Fraud = "fraud";

    /// <summary>All reasons.</summary>
    public static IReadOnlyList<string> All { get; } = [Goodwill, Overcharged, ServiceNotProvided, Fraud];
}
