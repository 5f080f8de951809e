namespace RideBooking.Contracts;

/// <summary>Who completed or cancelled a ride, or took it from its driver.</summary>
public static class Initiator
{
    /// <summary>The ride's rider.</summary>
    public const string Rider = "rider";

    /// <summary>The ride's driver.</summary>
    public const string Driver = "driver";

    /// <summary>An operator.</summary>
    public const string Operator = "operator";

    /// <summary>The system, because of the state of the ride.</summary>
    public const string System = "system";
}
