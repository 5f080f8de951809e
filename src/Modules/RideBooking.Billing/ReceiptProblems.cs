using RideBooking.Contracts;

namespace RideBooking.Billing;

/// <summary>The problem codes of receipts.</summary>
internal static class ReceiptProblems
{
    public const string RideNotFound = SharedProblemCode.RideNotFound;
    public const string ReceiptNotReady = "receipt_not_ready";
}
