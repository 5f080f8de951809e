namespace RideBooking.Contracts;

/// <summary>The details of problems that more than one module returns, for people.</summary>
public static class SharedProblemDetail
{
    /// <summary>The detail of <see cref="SharedProblemCode.RideNotFound"/>.</summary>
    public const string RideNotFound = "There is no such ride, or none that you may see.";

    /// <summary>The error of a <c>paymentMethodId</c> that is not one of the rider's.</summary>
    public const string PaymentMethodNotYours = "must be one of your payment methods";
}
