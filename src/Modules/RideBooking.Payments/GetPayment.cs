using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Microsoft.EntityFrameworkCore;
using RideBooking.Contracts;
using RideBooking.Platform.Http.OpenApi;
using RideBooking.Platform.Persistence;
using RideBooking.Platform.Visibility;

namespace RideBooking.Payments;

/// <summary>Returns the payment of a ride, for operators.</summary>
internal static class GetPayment
{
    static readonly Type[] s_ends =
    [
        typeof(RideCompleted),
        typeof(FareFinalized),
        typeof(RideCancelled),
        typeof(CancellationFeeAssessedV2),
    ];

    public static void Map(RouteGroupBuilder operators) =>
        operators
            .MapGet("/operations/payments/{rideId:guid}", Handle)
            .WithSummary("Get the payment of a ride")
            .Refuses(StatusCodes.Status404NotFound, PaymentProblems.PaymentNotFound);

    static async Task<Results<Ok<View>, ProblemHttpResult>> Handle(
        Guid rideId,
        AppDbContext db,
        EventVisibility visibility,
        CancellationToken cancellationToken
    ) =>
        await db.FindPayment(rideId, visibility, cancellationToken) is { } payment
            ? TypedResults.Ok(View.Of(payment))
            : PaymentProblems.NotFound();

    /// <summary>Returns the ride's payment, once an amount is due.</summary>
    /// <remarks>
    /// If the ride has ended but Payments has not handled that event yet, waits for it, because the operator may have seen the
    /// end.
    /// </remarks>
    public static async Task<Payment?> FindPayment(
        this AppDbContext db,
        Guid rideId,
        EventVisibility visibility,
        CancellationToken cancellationToken
    )
    {
        var payment = await db.FindPayment(rideId, cancellationToken);
        return payment is null && await visibility.WaitUntilHandled(rideId.ToString(), s_ends, cancellationToken)
            ? await db.FindPayment(rideId, cancellationToken)
            : payment;
    }

    public static Task<Payment?> FindPayment(this AppDbContext db, Guid rideId, CancellationToken cancellationToken) =>
        db.Set<Payment>()
            .AsNoTracking()
            .SingleOrDefaultAsync(
                payment => payment.CorrelationId == rideId && payment.Status != nameof(PaymentStateMachine.Expected),
                cancellationToken
            );

    /// <param name="RideId">The ride.</param>
    /// <param name="PaymentId">The payment.</param>
    /// <param name="RiderId">The rider.</param>
    /// <param name="State">
    /// The machine's state: charging, retrying, outstanding, settling, captured, writtenOff or nothingDue.
    /// </param>
    /// <param name="Amount">The amount due.</param>
    /// <param name="Attempt">The number of the current or last attempt, from 1.</param>
    /// <param name="IdempotencyKey">The key of the current charge at the gateway.</param>
    /// <param name="Unresolved">Whether the gateway may have captured the amount without our knowledge.</param>
    /// <param name="FailureCode">Why the last attempt failed.</param>
    /// <param name="RetryAt">When the next attempt is due.</param>
    /// <param name="OpenedAt">When the payment became due.</param>
    /// <param name="CapturedAt">When it was paid.</param>
    internal sealed record View(
        Guid RideId,
        Guid PaymentId,
        string RiderId,
        string State,
        Money Amount,
        int Attempt,
        string IdempotencyKey,
        bool Unresolved,
        string? FailureCode,
        DateTimeOffset? RetryAt,
        DateTimeOffset OpenedAt,
        DateTimeOffset? CapturedAt
    )
    {
        public static View Of(Payment payment) =>
            new(
                payment.CorrelationId,
                payment.PaymentId,
                payment.RiderId,
                JsonNamingPolicy.CamelCase.ConvertName(payment.Status),
                payment.Due,
                payment.Attempt,
                payment.IdempotencyKey,
                payment.Unresolved,
                payment.FailureCode,
                payment.RetryAt,
                payment.OpenedAt,
                payment.CapturedAt
            );
    }
}
