using Microsoft.AspNetCore.Http.HttpResults;
using RideBooking.Contracts;
using RideBooking.Platform.Http.Problems;

namespace RideBooking.Billing;

/// <summary>The problem codes of receipts.</summary>
internal static class ReceiptProblems
{
    public const string RideNotFound = SharedProblemCode.RideNotFound;
    public const string ReceiptNotReady = "receipt_not_ready";

    public static ProblemHttpResult NoSuchRide() => Problem.NotFound(SharedProblemDetail.RideNotFound, RideNotFound);
}
