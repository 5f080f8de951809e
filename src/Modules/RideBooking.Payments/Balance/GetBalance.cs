using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Routing;
using Microsoft.EntityFrameworkCore;
using RideBooking.Contracts;
using RideBooking.Contracts.Seams;
using RideBooking.Platform.Http.Authentication;
using RideBooking.Platform.Persistence;

namespace RideBooking.Payments.Balance;

/// <summary>Returns what a rider owes, ride by ride.</summary>
internal static class GetBalance
{
    // The currency of an empty balance if there is no Billing; otherwise it is the tariff's.
    const string Currency = "EUR";

    public static void Map(RouteGroupBuilder riders) =>
        riders.MapGet("/riders/me/balance", Handle).WithSummary("Get the outstanding balance");

    static async Task<Ok<View>> Handle(
        Rider rider,
        AppDbContext db,
        [FromServices] ITariffLocale? locale,
        CancellationToken cancellationToken
    )
    {
        var owed = await db.Set<Payment>()
            .AsNoTracking()
            .Where(payment =>
                payment.RiderId == rider.Id
                && (
                    payment.Status == nameof(PaymentStateMachine.Outstanding)
                    || payment.Status == nameof(PaymentStateMachine.Settling)
                    || payment.Status == nameof(PaymentStateMachine.Retrying)
                )
            )
            .OrderBy(payment => payment.OpenedAt)
            .ToListAsync(cancellationToken);
        var retrying = owed.Where(payment => payment.Status == nameof(PaymentStateMachine.Retrying)).ToList();
        owed.RemoveAll(retrying.Contains);
        var currency = owed.Concat(retrying).FirstOrDefault()?.Due.Currency ?? locale?.Currency ?? Currency;
        return TypedResults.Ok(
            new View(
                // Amounts in different currencies cannot be added: those in the currency of the oldest one come first.
                Sum(owed, currency),
                Sum(retrying, currency),
                [
                    .. owed.Select(payment => new OwedRide(
                        payment.CorrelationId,
                        payment.Due,
                        payment.OpenedAt,
                        payment.FailureCode,
                        BeingPaid: payment.Status == nameof(PaymentStateMachine.Settling)
                    )),
                ],
                [
                    .. retrying.Select(payment => new RetriedRide(
                        payment.CorrelationId,
                        payment.Due,
                        payment.OpenedAt,
                        payment.FailureCode,
                        payment.RetryAt
                    )),
                ]
            )
        );
    }

    static Money Sum(IEnumerable<Payment> payments, string currency) =>
        payments
            .Where(payment => payment.Due.Currency == currency)
            .Aggregate(Money.Zero(currency), (sum, payment) => sum + payment.Due);

    /// <param name="Outstanding">The sum, in the currency of the oldest amount.</param>
    /// <param name="Retrying">
    /// The sum of failed payments that are being retried, in the same currency; not outstanding yet.
    /// </param>
    /// <param name="Rides">The outstanding rides, oldest first.</param>
    /// <param name="RetryingRides">
    /// The rides whose payment is being retried, oldest first. Too many of them block the next ride.
    /// </param>
    internal sealed record View(
        Money Outstanding,
        Money Retrying,
        IReadOnlyList<OwedRide> Rides,
        IReadOnlyList<RetriedRide> RetryingRides
    );

    /// <param name="RideId">The ride.</param>
    /// <param name="Amount">The amount due.</param>
    /// <param name="Since">When it became due.</param>
    /// <param name="FailureCode">Why the last attempt failed.</param>
    /// <param name="RetryAt">When the next attempt is due.</param>
    internal sealed record RetriedRide(
        Guid RideId,
        Money Amount,
        DateTimeOffset Since,
        string? FailureCode,
        DateTimeOffset? RetryAt
    );

    /// <param name="RideId">The ride.</param>
    /// <param name="Amount">The outstanding amount.</param>
    /// <param name="Since">When it became due.</param>
    /// <param name="FailureCode">Why the last attempt failed.</param>
    /// <param name="BeingPaid">Whether a new attempt is in flight at the gateway.</param>
    internal sealed record OwedRide(
        Guid RideId,
        Money Amount,
        DateTimeOffset Since,
        string? FailureCode,
        bool BeingPaid
    );
}
