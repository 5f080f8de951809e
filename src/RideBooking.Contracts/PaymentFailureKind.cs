namespace RideBooking.Contracts;

/// <summary>The kinds of failure of a payment attempt.</summary>
public static class PaymentFailureKind
{
    /// <summary>The card was declined, or there is no card: the rider may have to act.</summary>
    public const string Declined = "declined";

    /// <summary>The payment gateway did not answer: the rider can do nothing about it.</summary>
    public const string Unavailable = "unavailable";

    /// <summary>Returns the kind of a failure of which only the code is known.</summary>
    /// <param name="code">The code, as the gateway gave it.</param>
    public static string OfCode(string code) =>
        code is "gateway_timeout" or "gateway_unavailable" or "timeout" ? Unavailable : Declined;
}
