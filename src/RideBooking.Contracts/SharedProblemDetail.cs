namespace RideBooking.Contracts;

/// <summary>The details of problems that more than one module returns, for people.</summary>
public static class SharedProblemDetail
{
    /// <summary>The detail of <see cref="SharedProblemCode.RideNotFound"/>.</summary>
    public const string RideNotFound = "There is no such ride, or none that you may see.";
}
