using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using RideBooking.Contracts.Seams;
using RideBooking.Platform.Http.Authentication;
using RideBooking.Platform.Http.Idempotency;
using RideBooking.Platform.Http.Problems;
using RideBooking.Platform.Messaging;
using RideBooking.Platform.Persistence;
using RideBooking.Platform.Visibility;

namespace RideBooking.Payments;

/// <summary>An operator's request to send a command to a payment: the parameters that all such endpoints have.</summary>
internal sealed record OperatorRequest(
    Guid RideId,
    Operator By,
    IdempotentRequest Request,
    AppDbContext Db,
    SagaCommandDispatcher<Payment> Payments,
    IOperatorActions Actions,
    EventVisibility Visibility,
    TimeProvider Clock,
    CancellationToken CancellationToken
)
{
    /// <summary>Returns the time of the command.</summary>
    public DateTimeOffset Now() => Clock.GetUtcNow();

    /// <summary>Sends a command to the payment. The reason is stored with the operator's action.</summary>
    /// <param name="action">The action's name among operators' actions.</param>
    /// <param name="reason">The operator's reason.</param>
    /// <param name="command">The command.</param>
    public async Task<Results<Accepted<PaymentView>, ProblemHttpResult>> Send<T>(
        string action,
        string reason,
        T command
    )
        where T : class
    {
        if (await Db.FindPayment(RideId, Visibility, CancellationToken) is not { } known)
            return PaymentProblems.NoSuchPayment();
        var commandId = Request.IdFor(IdempotentRequest.Command);
        // A repeat of a request whose first response was lost: it was carried out, whatever happened to the payment since.
        if (
            Request.MayBeARepeat
            && (await Payments.AcceptedBefore(Db, [commandId], CancellationToken)).Contains(commandId)
        )
            return Accepted(known);
        // Recorded before it is executed, so that no crash hides it.
        var recorded = await Actions.Record(action, RideId, By.Id, reason, CancellationToken);
        var outcome = await Payments.Send(command, commandId, CancellationToken);
        if (!outcome.HadEffect)
            await Actions.Withdraw(recorded, CancellationToken);
        var now = outcome.Saga as Payment ?? await Db.FindPayment(RideId, CancellationToken) ?? known;
        // Without an instance it is a duplicate: the first request, whose response was lost, was accepted meanwhile.
        return outcome.Accepted || outcome.Saga is null ? Accepted(now)
            : outcome.Refusal is not null ? Problem.Conflict(outcome.Refusal)
            : PaymentProblems.NotDue(now);
    }

    /// <summary>Returns the answer to a command that was accepted.</summary>
    public static Accepted<PaymentView> Accepted(Payment payment) =>
        TypedResults.Accepted($"/api/v1/operations/payments/{payment.CorrelationId}", PaymentView.Of(payment));
}
