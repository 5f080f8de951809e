using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Microsoft.EntityFrameworkCore;
using RideBooking.Contracts;
using RideBooking.Platform.Http;
using RideBooking.Platform.Messaging;
using RideBooking.Platform.Payments;
using RideBooking.Platform.Persistence;

namespace RideBooking.Payments.Balance;

/// <summary>A rider pays what is owed, or does not wait for the next attempt. Told to the machine; the answer comes as an event.</summary>
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
            .WithSummary("Pay what you owe, now")
            .WithDescription("Pays with the method named, or else with the default.")
            .Refuses(StatusCodes.Status409Conflict, "nothing_outstanding");

    static async Task<Results<Accepted<Accepted>, ProblemHttpResult>> Handle(
        Request? request,
        Rider rider,
        AppDbContext db,
        IPaymentMethods methods,
        SagaCommands<Payment> payments,
        EventVisibility visibility,
        CancellationToken stop
    )
    {
        var methodId = request?.PaymentMethodId;
        if (methodId is { } method && !await methods.Has(rider.Id, method, stop))
            return Problem.Validation("paymentMethodId", "must be one of your payment methods");

        var unpaid = await db.Set<Payment>()
            .Where(payment =>
                payment.RiderId == rider.Id
                && payment.Status != nameof(PaymentStateMachine.Captured)
                && payment.Status != nameof(PaymentStateMachine.NothingDue)
                && payment.Status != nameof(PaymentStateMachine.Expected)
                && payment.Status != nameof(PaymentStateMachine.WrittenOff)
            )
            .OrderBy(payment => payment.OpenedAt)
            .Select(payment => payment.CorrelationId)
            .ToListAsync(stop);
        List<Guid> taken = [];
        foreach (var rideId in unpaid)
            if ((await payments.Tell(new PayNow(rideId, methodId), Guid.CreateVersion7(), stop)).Accepted)
                taken.Add(rideId);
        await UntilPaid(taken, db, visibility, stop);
        return taken.Count > 0
            ? TypedResults.Accepted("/api/v1/riders/me/balance", new Accepted(taken))
            : Problem.Conflict("nothing_outstanding", "You owe nothing.");
    }

    /// <summary>
    /// The next request sees whether it is paid, a new ride included. A gateway that takes longer than a request may wait
    /// leaves the balance <c>beingPaid</c>.
    /// </summary>
    static async Task UntilPaid(List<Guid> rides, AppDbContext db, EventVisibility visibility, CancellationToken stop)
    {
        if (rides.Count == 0)
            return;
        await visibility.Until(
            async stop =>
                !await db.Set<Payment>()
                    .AnyAsync(
                        payment =>
                            rides.Contains(payment.CorrelationId)
                            && (
                                payment.Status == nameof(PaymentStateMachine.Charging)
                                || payment.Status == nameof(PaymentStateMachine.Settling)
                            ),
                        stop
                    ),
            stop
        );
        foreach (var rideId in rides)
            await visibility.WaitUntilHandled(rideId.ToString(), s_outcomes, stop);
    }

    /// <param name="PaymentMethodId">What to pay with; the default if absent.</param>
    internal sealed record Request(Guid? PaymentMethodId);

    /// <param name="Rides">The rides that are being paid.</param>
    internal sealed record Accepted(IReadOnlyList<Guid> Rides);
}
