namespace RideBooking.Contracts;

/// <summary>The codes of problems that more than one module returns.</summary>
public static class SharedProblemCode
{
    /// <summary>There is no such ride, or none that the caller may see.</summary>
    public const string RideNotFound = "ride_not_found";
}
