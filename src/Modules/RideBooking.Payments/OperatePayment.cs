using FluentValidation;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using RideBooking.Contracts;
using RideBooking.Contracts.Seams;
using RideBooking.Platform.Http;
using RideBooking.Platform.Http.Authentication;
using RideBooking.Platform.Http.Idempotency;
using RideBooking.Platform.Http.OpenApi;
using RideBooking.Platform.Http.Problems;
using RideBooking.Platform.Http.Requests;
using RideBooking.Platform.Messaging;
using RideBooking.Platform.Persistence;
using RideBooking.Platform.Visibility;

namespace RideBooking.Payments;

/// <summary>Retries the payment at once, on an operator's request, with the card that the rider last named.</summary>
internal sealed record RetryPayment(Guid RideId);

/// <summary>Writes the payment off, on an operator's request: the rider no longer owes it.</summary>
/// <param name="RideId">The ride.</param>
/// <param name="By">The operator.</param>
/// <param name="Reason">Why.</param>
internal sealed record WriteOffPayment(Guid RideId, string By, string Reason);

/// <summary>Lets an operator retry or write off a payment. The reason is stored in the audit log.</summary>
internal static class OperatePayment
{
    const int MaxReason = 500;

    public static void Map(RouteGroupBuilder operators)
    {
        operators
            .MapPost("/operations/payments/{rideId:guid}/retry", Retry)
            .WithSummary("Retry the payment of a ride")
            .WithDescription(
                "At once, with the card that the rider last named, or else the default. Possible while it is retrying or "
                    + "outstanding. Repeating it while the attempt is in flight has no effect. 409 payment_not_due if nothing is owed."
            )
            .Refuses(StatusCodes.Status404NotFound, PaymentProblems.PaymentNotFound)
            .Refuses(StatusCodes.Status409Conflict, PaymentProblems.PaymentNotDue);
        operators
            .MapPost("/operations/payments/{rideId:guid}/write-off", WriteOff)
            .WithSummary("Write off the payment of a ride")
            .AnswersWhenHandled<BalanceWrittenOff>()
            .WithDescription(
                "The rider no longer owes it and can request rides. Possible while it is retrying or outstanding. Repeating it "
                    + "has no effect. 409 payment_in_progress while an attempt is in flight, payment_not_due if nothing is owed."
            )
            .Refuses(StatusCodes.Status404NotFound, PaymentProblems.PaymentNotFound)
            .Refuses(StatusCodes.Status409Conflict, PaymentProblems.PaymentNotDue, PaymentProblems.PaymentInProgress);
    }

    static Task<Results<Accepted<InspectPayment.View>, ProblemHttpResult>> Retry(
        Guid rideId,
        Operator by,
        Request asked,
        IdempotentRequest request,
        AppDbContext db,
        SagaCommandDispatcher<Payment> payments,
        IOperatorAudit audit,
        EventVisibility visibility,
        CancellationToken cancellationToken
    ) =>
        Act(
            "retry-payment",
            new RetryPayment(rideId),
            rideId,
            by,
            asked,
            request,
            db,
            payments,
            audit,
            visibility,
            cancellationToken
        );

    static Task<Results<Accepted<InspectPayment.View>, ProblemHttpResult>> WriteOff(
        Guid rideId,
        Operator by,
        Request asked,
        IdempotentRequest request,
        AppDbContext db,
        SagaCommandDispatcher<Payment> payments,
        IOperatorAudit audit,
        EventVisibility visibility,
        CancellationToken cancellationToken
    ) =>
        Act(
            "write-off",
            new WriteOffPayment(rideId, by.Id, asked.Reason.Trim()),
            rideId,
            by,
            asked,
            request,
            db,
            payments,
            audit,
            visibility,
            cancellationToken
        );

    static async Task<Results<Accepted<InspectPayment.View>, ProblemHttpResult>> Act<T>(
        string action,
        T command,
        Guid rideId,
        Operator by,
        Request asked,
        IdempotentRequest request,
        AppDbContext db,
        SagaCommandDispatcher<Payment> payments,
        IOperatorAudit audit,
        EventVisibility visibility,
        CancellationToken cancellationToken
    )
        where T : class
    {
        if (await db.FindPayment(rideId, visibility, cancellationToken) is not { } known)
            return PaymentProblems.NotFound();
        var commandId = request.IdFor(IdempotentRequest.Command);
        // A repeat of a request whose first response was lost: it was carried out, whatever happened to the payment since.
        if (
            request.MayBeARepeat
            && (await payments.AcceptedBefore(db, [commandId], cancellationToken)).Contains(commandId)
        )
            return Done(known);
        // Audited before it is executed, so that no crash hides it. A repeat that changes nothing is not audited.
        if (known.Status is nameof(PaymentStateMachine.Retrying) or nameof(PaymentStateMachine.Outstanding))
            await audit.Record(action, rideId, by.Id, asked.Reason.Trim(), cancellationToken);
        var outcome = await payments.Send(command, commandId, cancellationToken);
        var now = outcome.Saga as Payment ?? await db.FindPayment(rideId, cancellationToken) ?? known;
        // Without an instance it is a duplicate: the first request, whose response was lost, was accepted meanwhile.
        return outcome.Accepted || outcome.Saga is null || WasDone(command, now) ? Done(now)
            : now.Status is nameof(PaymentStateMachine.Charging) or nameof(PaymentStateMachine.Settling)
                ? Problem.Conflict(
                    PaymentProblems.PaymentInProgress,
                    "An attempt is in flight at the gateway. Write the payment off when it has ended."
                )
            : Problem.Conflict(
                PaymentProblems.PaymentNotDue,
                "Nothing is owed for this ride.",
                ("state", InspectPayment.View.Of(now).State)
            );
    }

    static Accepted<InspectPayment.View> Done(Payment payment) =>
        TypedResults.Accepted($"/api/v1/operations/payments/{payment.CorrelationId}", InspectPayment.View.Of(payment));

    // By another request.
    static bool WasDone<T>(T command, Payment payment) =>
        command is WriteOffPayment
            ? payment.Status == nameof(PaymentStateMachine.WrittenOff)
            : payment.Status is nameof(PaymentStateMachine.Charging) or nameof(PaymentStateMachine.Settling);

    /// <param name="Reason">Why, 1 to 500 characters.</param>
    internal sealed record Request(string Reason)
    {
        internal sealed class Validator : AbstractValidator<Request>
        {
            public Validator() => RuleFor(request => request.Reason).NotNull().Text(1, MaxReason);
        }
    }
}
