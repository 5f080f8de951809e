namespace RideBooking.Payments.Authorizations;

/// <summary>The states of the last authorization of a payment.</summary>
internal static class AuthorizationStates
{
    /// <summary>The gateway was called and has not answered yet.</summary>
    public const string Requested = "requested";

    /// <summary>The amount is reserved on the card.</summary>
    public const string Authorized = "authorized";

    /// <summary>The card was declined, so there is no authorization.</summary>
    public const string Declined = "declined";

    /// <summary>The fare or fee was captured from it.</summary>
    public const string Captured = "captured";

    /// <summary>The gateway was called to release it and has not answered yet.</summary>
    public const string Voiding = "voiding";

    /// <summary>It was released.</summary>
    public const string Voided = "voided";
}
