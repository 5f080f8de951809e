using FluentValidation;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using RideBooking.Contracts;
using RideBooking.Contracts.Seams;
using RideBooking.Platform.Http;
using RideBooking.Platform.Http.OpenApi;
using RideBooking.Platform.Http.Requests;

namespace RideBooking.Payments;

/// <summary>Writes the payment off, on an operator's request: the rider no longer owes it.</summary>
/// <param name="RideId">The ride.</param>
/// <param name="By">The operator.</param>
/// <param name="Reason">Why.</param>
/// <param name="At">When.</param>
/// <param name="DriverBears">Whether the driver's earning from the ride is taken back.</param>
internal sealed record WriteOffPayment(
    Guid RideId,
    string By,
    string Reason,
    DateTimeOffset At,
    bool DriverBears = false
);

internal static class WriteOffPaymentEndpoint
{
    public static void Map(RouteGroupBuilder operators) =>
        operators
            .MapPost("/operations/payments/{rideId:guid}/write-off", Handle)
            .WithSummary("Write off the payment of a ride")
            .RespondsWhenHandled<BalanceWrittenOff>()
            .WithDescription(
                "The rider no longer owes it and can request rides. Possible while it is retrying or outstanding. Repeating it "
                    + "has no effect. The driver keeps the earning unless driverBears is true. 409 payment_in_progress while an attempt is in flight, payment_not_due if nothing is owed."
            )
            .Refuses(StatusCodes.Status404NotFound, PaymentProblems.PaymentNotFound)
            .Refuses(StatusCodes.Status409Conflict, PaymentProblems.PaymentNotDue, PaymentProblems.PaymentInProgress);

    static Task<Results<Accepted<PaymentView>, ProblemHttpResult>> Handle(
        [AsParameters] OperatorRequest parameters,
        Request request
    ) =>
        parameters.Send(
            OperatorActionNames.WriteOffPayment,
            request.Reason.Trim(),
            new WriteOffPayment(
                parameters.RideId,
                parameters.By.Id,
                request.Reason.Trim(),
                parameters.Now(),
                request.DriverBears ?? false
            )
        );

    /// <param name="Reason">Why, 1 to 500 characters.</param>
    /// <param name="DriverBears">Whether the driver's earning from the ride is taken back; false by default.</param>
    internal sealed record Request(string Reason, bool? DriverBears = null)
    {
        internal sealed class Validator : AbstractValidator<Request>
        {
            public Validator() => RuleFor(request => request.Reason).Reason();
        }
    }
}
