using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Microsoft.EntityFrameworkCore;
using RideBooking.Contracts;
using RideBooking.Contracts.Seams;
using RideBooking.Platform.Http.Authentication;
using RideBooking.Platform.Http.Idempotency;
using RideBooking.Platform.Http.OpenApi;
using RideBooking.Platform.Http.Problems;
using RideBooking.Platform.Messaging;
using RideBooking.Platform.Persistence;
using RideBooking.Platform.Visibility;

namespace RideBooking.Payments.Balance;

/// <summary>Pays at once, on the rider's request.</summary>
/// <param name="RideId">The ride.</param>
/// <param name="PaymentMethodId">The payment method. If null, the rider's default.</param>
internal sealed record PayNow(Guid RideId, Guid? PaymentMethodId);

/// <summary>Pays what the rider owes, or does not wait for the next attempt.</summary>
/// <remarks>The command goes to the state machine; the result arrives as an event.</remarks>
internal static class PayBalance
{
    static readonly Type[] s_outcomes =
    [
        typeof(PaymentCaptured),
        typeof(PaymentFailed),
        typeof(BalanceOutstanding),
        typeof(BalanceSettled),
    ];

    public static void Map(RouteGroupBuilder riders) =>
        riders
            .MapPost("/riders/me/balance/pay", Handle)
            .WithSummary("Pay the outstanding balance")
            .WithDescription("Pays with the given payment method, or by default with your default one.")
            .Refuses(StatusCodes.Status409Conflict, PaymentProblems.NothingOutstanding);

    static async Task<Results<Accepted<View>, ProblemHttpResult>> Handle(
        Request? request,
        Rider rider,
        IdempotentRequest attempt,
        AppDbContext db,
        IPaymentMethods methods,
        SagaCommandDispatcher<Payment> payments,
        EventVisibility visibility,
        CancellationToken cancellationToken
    )
    {
        var methodId = request?.PaymentMethodId;
        if (methodId is { } method && !await methods.Has(rider.Id, method, cancellationToken))
            return Problem.Validation("paymentMethodId", SharedProblemDetail.PaymentMethodNotYours);

        // Leaves out what can never be due again, so that not every payment of the rider is loaded. Whether a payment is due is
        // the machine's answer.
        var unpaid = await db.Set<Payment>()
            .Where(payment =>
                payment.RiderId == rider.Id
                && payment.Status != nameof(PaymentStateMachine.Captured)
                && payment.Status != nameof(PaymentStateMachine.Refunding)
                && payment.Status != nameof(PaymentStateMachine.Refunded)
                && payment.Status != nameof(PaymentStateMachine.NothingDue)
                && payment.Status != nameof(PaymentStateMachine.Expected)
                && payment.Status != nameof(PaymentStateMachine.Authorizing)
                && payment.Status != nameof(PaymentStateMachine.Authorized)
                && payment.Status != nameof(PaymentStateMachine.WrittenOff)
            )
            .OrderBy(payment => payment.OpenedAt)
            .Select(payment => payment.CorrelationId)
            .ToListAsync(cancellationToken);
        var taken = attempt.MayBeARepeat ? await AcceptedBefore(rider, attempt, db, payments, cancellationToken) : [];
        foreach (var rideId in unpaid.Except(taken).ToList())
        {
            var outcome = await payments.Send(
                new PayNow(rideId, methodId),
                CommandId(attempt, rideId),
                cancellationToken
            );
            // Without an instance it is a duplicate: the first request, whose response was lost, was accepted meanwhile.
            if (outcome.Accepted || outcome.Saga is null)
                taken.Add(rideId);
        }
        await UntilPaid(taken, db, visibility, cancellationToken);
        return taken.Count > 0
            ? TypedResults.Accepted("/api/v1/riders/me/balance", new View(taken))
            : Problem.Conflict(PaymentProblems.NothingOutstanding, "You owe nothing.");
    }

    /// <summary>Returns the rides whose payment an earlier try of this request, whose response was lost, has started.</summary>
    static async Task<List<Guid>> AcceptedBefore(
        Rider rider,
        IdempotentRequest attempt,
        AppDbContext db,
        SagaCommandDispatcher<Payment> payments,
        CancellationToken cancellationToken
    )
    {
        var rides = await db.Set<Payment>()
            .Where(payment => payment.RiderId == rider.Id)
            .OrderBy(payment => payment.OpenedAt)
            .Select(payment => payment.CorrelationId)
            .ToListAsync(cancellationToken);
        var before = await payments.AcceptedBefore(
            db,
            rides.ConvertAll(rideId => CommandId(attempt, rideId)),
            cancellationToken
        );
        return rides.FindAll(rideId => before.Contains(CommandId(attempt, rideId)));
    }

    static Guid CommandId(IdempotentRequest attempt, Guid rideId) =>
        attempt.IdFor($"{IdempotentRequest.Command} {rideId}");

    /// <summary>Waits until the rides are paid, so that the rider's next request sees it.</summary>
    /// <remarks>If the gateway takes longer than a request may wait, the balance stays <c>beingPaid</c>.</remarks>
    static async Task UntilPaid(
        List<Guid> rides,
        AppDbContext db,
        EventVisibility visibility,
        CancellationToken cancellationToken
    )
    {
        if (rides.Count == 0)
            return;
        await visibility.WaitUntil(
            async cancellationToken =>
                !await db.Set<Payment>()
                    .AnyAsync(
                        payment =>
                            rides.Contains(payment.CorrelationId)
                            && (
                                payment.Status == nameof(PaymentStateMachine.Charging)
                                || payment.Status == nameof(PaymentStateMachine.Settling)
                            ),
                        cancellationToken
                    ),
            cancellationToken
        );
        foreach (var rideId in rides)
            await visibility.WaitUntilHandled(rideId.ToString(), s_outcomes, cancellationToken);
    }

    /// <param name="PaymentMethodId">The payment method. If absent, the default.</param>
    internal sealed record Request(Guid? PaymentMethodId);

    /// <param name="Rides">The rides that are being paid.</param>
    internal sealed record View(IReadOnlyList<Guid> Rides);
}
