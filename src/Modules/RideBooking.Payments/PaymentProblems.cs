using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using RideBooking.Contracts;
using RideBooking.EventLog.PersonalData;
using RideBooking.Payments.Refunds;
using RideBooking.Platform.Http.Problems;
using RideBooking.Platform.Messaging;

namespace RideBooking.Payments;

/// <summary>The problem codes of payments, payment methods and balances.</summary>
internal static class PaymentProblems
{
    public const string PaymentNotFound = "payment_not_found";
    public const string PaymentNotDue = "payment_not_due";
    public const string PaymentInProgress = "payment_in_progress";
    public const string PaymentNotCaptured = "payment_not_captured";
    public const string RefundInProgress = "refund_in_progress";
    public const string RefundExceedsPayment = "refund_exceeds_payment";
    public const string NothingOutstanding = "nothing_outstanding";
    public const string MethodNotFound = "payment_method_not_found";
    public const string TooManyMethods = "too_many_payment_methods";
    public const string InvalidSignature = "invalid_signature";
    public const string RiderForgotten = SharedProblemCode.RiderForgotten;

    public static Refusal InProgress() =>
        new(PaymentInProgress, "An attempt is in flight at the gateway. Write the payment off when it has ended.");

    public static Refusal RefundIsInProgress() =>
        new(
            RefundInProgress,
            "Another refund of this payment is in flight, or has just ended. Look at it, then try again."
        );

    public static Refusal IsRefunded() => new(RefundExceedsPayment, "The payment is refunded in full.");

    public static Refusal IsNotCaptured() => new(PaymentNotCaptured, "The payment is not captured.");

    public static ProblemHttpResult NotCaptured(Payment payment) =>
        Problem.Conflict(
            PaymentNotCaptured,
            "The payment is not captured, so there is nothing to refund.",
            ("state", PaymentView.Of(payment).State)
        );

    public static ProblemHttpResult RefundExceeds(Payment payment, string detail) =>
        Problem.Conflict(RefundExceedsPayment, detail, ("refundable", payment.Refundable()));

    public static ProblemHttpResult NotDue(Payment payment) =>
        Problem.Conflict(PaymentNotDue, "Nothing is owed for this ride.", ("state", PaymentView.Of(payment).State));

    public static ProblemHttpResult NoSuchPayment() =>
        Problem.NotFound("There is no payment for this ride.", PaymentNotFound);

    public static ProblemHttpResult Forgotten() => Problem.Conflict(RiderForgotten, ForgottenSubjects.Detail);

    public static ProblemHttpResult BadSignature() =>
        Problem.Of(
            StatusCodes.Status400BadRequest,
            InvalidSignature,
            "The request has no valid signature of Stripe, or it is too old."
        );

    public static ProblemHttpResult NoSuchMethod() =>
        Problem.NotFound("You have no such payment method.", MethodNotFound);
}
