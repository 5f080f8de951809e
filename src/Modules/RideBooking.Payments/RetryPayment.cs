using FluentValidation;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using RideBooking.Contracts.Seams;
using RideBooking.Platform.Http.OpenApi;
using RideBooking.Platform.Http.Requests;

namespace RideBooking.Payments;

/// <summary>Retries the payment at once, on an operator's request, with the card that the rider last named.</summary>
internal sealed record RetryPayment(Guid RideId);

internal static class RetryPaymentEndpoint
{
    public static void Map(RouteGroupBuilder operators) =>
        operators
            .MapPost("/operations/payments/{rideId:guid}/retry", Handle)
            .WithSummary("Retry the payment of a ride")
            .WithDescription(
                "At once, with the card that the rider last named, or else the default. Possible while it is retrying or "
                    + "outstanding. Repeating it while the attempt is in flight has no effect. 409 payment_not_due if nothing is owed."
            )
            .Refuses(StatusCodes.Status404NotFound, PaymentProblems.PaymentNotFound)
            .Refuses(StatusCodes.Status409Conflict, PaymentProblems.PaymentNotDue);

    static Task<Results<Accepted<PaymentView>, ProblemHttpResult>> Handle(
        [AsParameters] OperatorRequest parameters,
        Request request
    ) => parameters.Send(OperatorActionNames.RetryPayment, request.Reason.Trim(), new RetryPayment(parameters.RideId));

    /// <param name="Reason">Why, 1 to 500 characters.</param>
    internal sealed record Request(string Reason)
    {
        internal sealed class Validator : AbstractValidator<Request>
        {
            public Validator() => RuleFor(request => request.Reason).Reason();
        }
    }
}
