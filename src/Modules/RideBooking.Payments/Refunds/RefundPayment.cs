using FluentValidation;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Microsoft.EntityFrameworkCore;
using RideBooking.Contracts;
using RideBooking.Contracts.Seams;
using RideBooking.EventLog;
using RideBooking.Platform.Http.Idempotency;
using RideBooking.Platform.Http.OpenApi;
using RideBooking.Platform.Http.Problems;
using RideBooking.Platform.Http.Requests;
using RideBooking.Platform.Persistence;

namespace RideBooking.Payments.Refunds;

/// <summary>Refunds a captured payment, in full or in part, on an operator's request.</summary>
/// <param name="RideId">The ride.</param>
/// <param name="RefundId">The refund.</param>
/// <param name="Number">The number that the refund gets. A command for another number was decided on an old state.</param>
/// <param name="Amount">The amount to return.</param>
/// <param name="Lines">What is refunded of which lines.</param>
/// <param name="ReasonCode">Why, one of <see cref="RefundReason"/>.</param>
/// <param name="Reason">Why, as the operator wrote it.</param>
/// <param name="By">The operator.</param>
/// <param name="DriverBears">Whether the driver's earning is reduced in proportion.</param>
/// <param name="At">When.</param>
internal sealed record RefundPayment(
    Guid RideId,
    Guid RefundId,
    int Number,
    Money Amount,
    IReadOnlyList<RefundedLine> Lines,
    string ReasonCode,
    string Reason,
    string By,
    bool DriverBears,
    DateTimeOffset At
);

internal static class RefundPaymentEndpoint
{
    const int MaxLines = 50;
    static readonly Type[] s_outcomes = [typeof(PaymentRefunded)];

    public static void Map(RouteGroupBuilder operators) =>
        operators
            .MapPost("/operations/payments/{rideId:guid}/refund", Handle)
            .WithSummary("Refund the payment of a ride")
            .WithDescription(
                "All that is left of it, an amount, or lines of the receipt. Possible once it is captured; all refunds together "
                    + "are at most the captured amount. The rider gets the money on the card that was charged. By default the "
                    + "driver's earning is reduced in proportion. Repeat a request with the same Idempotency-Key. 409 "
                    + "refund_in_progress while another refund is in flight, refund_exceeds_payment if less is left, "
                    + "payment_not_captured if it is not captured."
            )
            .Refuses(StatusCodes.Status404NotFound, PaymentProblems.PaymentNotFound)
            .Refuses(
                StatusCodes.Status409Conflict,
                PaymentProblems.PaymentNotCaptured,
                PaymentProblems.RefundExceedsPayment,
                PaymentProblems.RefundInProgress
            );

    static async Task<Results<Accepted<PaymentView>, ProblemHttpResult>> Handle(
        [AsParameters] OperatorRequest parameters,
        Request request
    )
    {
        var (rideId, db, cancellationToken) = (parameters.RideId, parameters.Db, parameters.CancellationToken);
        if (await db.FindPayment(rideId, parameters.Visibility, cancellationToken) is not { } payment)
            return PaymentProblems.NoSuchPayment();
        var refundId = parameters.Request.IdFor(IdempotentRequest.Command);
        if (payment.Refunds?.Any(refund => refund.Id == refundId) == true)
            return OperatorRequest.Accepted(payment);
        if (!payment.IsCaptured())
            return PaymentProblems.NotCaptured(payment);
        var fare = request.Lines is null ? [] : await FareOf(rideId, db, cancellationToken);
        var (plan, error) = RefundPlan.Of(payment, fare, request.Amount, request.Lines);
        if (plan is null)
            return error!.Field is { } field
                ? Problem.Validation(field, error.Detail)
                : PaymentProblems.RefundExceeds(payment, error.Detail);

        var reason = request.Reason.Trim();
        var result = await parameters.Send(
            OperatorActionNames.RefundPayment,
            reason,
            new RefundPayment(
                rideId,
                refundId,
                payment.NextRefund(),
                plan.Amount,
                plan.Lines,
                request.ReasonCode ?? RefundReason.Goodwill,
                reason,
                parameters.By.Id,
                request.DriverBears ?? true,
                parameters.Now()
            )
        );
        if (result.Result is not Accepted<PaymentView>)
            return result;
        await UntilRefunded(parameters);
        return await db.FindPayment(rideId, cancellationToken) is { } refunded
            ? OperatorRequest.Accepted(refunded)
            : result;
    }

    /// <summary>Waits until the gateway has answered, so that the operator's next request sees it.</summary>
    /// <remarks>If the gateway takes longer than a request may wait, the refund is still <c>pending</c>.</remarks>
    static async Task UntilRefunded(OperatorRequest parameters)
    {
        await parameters.Visibility.WaitUntil(
            async cancellationToken =>
                !await parameters
                    .Db.Set<Payment>()
                    .AnyAsync(
                        payment =>
                            payment.CorrelationId == parameters.RideId
                            && payment.Status == nameof(PaymentStateMachine.Refunding)
                            && payment.RefundRetryTokenId == null,
                        cancellationToken
                    ),
            parameters.CancellationToken
        );
        await parameters.Visibility.WaitUntilHandled(
            parameters.RideId.ToString(),
            s_outcomes,
            parameters.CancellationToken
        );
    }

    // The lines are in the event of the fare or fee, which the payment began with.
    static async Task<IReadOnlyList<FareLine>> FareOf(Guid rideId, AppDbContext db, CancellationToken cancellationToken)
    {
        await Sequencer.CatchUp(db, cancellationToken);
        string[] stream = [rideId.ToString()];
        if ((await db.ReadStreams<FareFinalized>(stream, cancellationToken)).FirstOrDefault() is { } fare)
            return ((FareFinalized)fare.Event).Lines;
        var fees = await db.ReadStreams<CancellationFeeAssessedV2>(stream, cancellationToken);
        return
        [
            .. fees.Take(1)
                .Select(fee => new FareLine(
                    FareLine.CancellationFeeCode,
                    "",
                    ((CancellationFeeAssessedV2)fee.Event).Amount
                )),
        ];
    }

    /// <param name="Amount">The amount to return. Absent for all that is left, or if there are lines.</param>
    /// <param name="Lines">
    /// Lines of the receipt, each with an amount, or without one for all that is left of it. Absent if the refund is not of
    /// certain lines.
    /// </param>
    /// <param name="Reason">Why, 1 to 500 characters.</param>
    /// <param name="ReasonCode">
    /// Why: <c>goodwill</c> (the default), <c>overcharged</c>, <c>serviceNotProvided</c> or <c>fraud</c>.
    /// </param>
    /// <param name="DriverBears">Whether the driver's earning is reduced in proportion; true by default.</param>
    internal sealed record Request(
        Money? Amount,
        IReadOnlyList<RefundPlan.Part>? Lines,
        string Reason,
        string? ReasonCode,
        bool? DriverBears
    )
    {
        internal sealed class Validator : AbstractValidator<Request>
        {
            public Validator()
            {
                RuleFor(request => request.Amount)
                    .Must(amount => amount is null or { Amount: > 0 })
                    .WithMessage("must be greater than 0");
                RuleFor(request => request.Lines)
                    .Must(lines => lines is null or { Count: > 0 and <= MaxLines })
                    .WithMessage($"must have 1 to {MaxLines} lines");
                RuleForEach(request => request.Lines!)
                    .Must(line => line is { Code.Length: > 0, Amount: null or { Amount: > 0 } })
                    .WithMessage("must have a code, and an amount greater than 0 or none");
                RuleFor(request => request.Reason).Reason();
                RuleFor(request => request.ReasonCode).OneOf([.. RefundReason.All]);
            }
        }
    }
}
