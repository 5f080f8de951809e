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

    static async Task<Results<Ok<PaymentView>, ProblemHttpResult>> Handle(
        Guid rideId,
        AppDbContext db,
        EventVisibility visibility,
        CancellationToken cancellationToken
    ) =>
        await db.FindPayment(rideId, visibility, cancellationToken) is { } payment
            ? TypedResults.Ok(PaymentView.Of(payment))
            : PaymentProblems.NoSuchPayment();

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
                payment =>
                    payment.CorrelationId == rideId
                    && payment.Status != nameof(PaymentStateMachine.Expected)
                    && payment.Status != nameof(PaymentStateMachine.Authorizing)
                    && payment.Status != nameof(PaymentStateMachine.Authorized),
                cancellationToken
            );
}
