namespace RideBooking.Contracts;

/// <summary>The codes of problems that more than one module returns.</summary>
public static class SharedProblemCode
{
    /// <summary>There is no such ride, or none that the caller may see.</summary>
    public const string RideNotFound = "ride_not_found";

    /// <summary>The rider of the token was forgotten on request, so no new personal data of theirs is taken.</summary>
    public const string RiderForgotten = "rider_forgotten";
}
