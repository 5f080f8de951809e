using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Routing;
using Microsoft.EntityFrameworkCore;
using RideBooking.Contracts;
using RideBooking.Platform.Http;
using RideBooking.Platform.Persistence;
using RideBooking.Platform.Quotes;

namespace RideBooking.Payments.Balance;

/// <summary>What a rider owes, ride by ride.</summary>
internal static class GetBalance
{
    // A rider who owes nothing owes it in the tariff's currency; in this one where there is no Billing.
    const string Currency = "EUR";

    public static void Map(RouteGroupBuilder riders) =>
        riders.MapGet("/riders/me/balance", Handle).WithSummary("Get the outstanding balance");

    static async Task<Ok<Balance>> Handle(
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
        var currency = owed.Concat(retrying).FirstOrDefault()?.Currency ?? locale?.Currency ?? Currency;
        return TypedResults.Ok(
            new Balance(
                // Debts in several currencies cannot be added up: the oldest one's come first.
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
            .Where(payment => payment.Currency == currency)
            .Aggregate(Money.Zero(currency), (sum, payment) => sum + payment.Due);

    /// <param name="Outstanding">The sum, in the currency of the oldest.</param>
    /// <param name="Retrying">What failed and is being tried again, in the same currency; it is not outstanding yet.</param>
    /// <param name="Rides">What is outstanding, oldest first.</param>
    /// <param name="RetryingRides">What is being tried again, oldest first. Too many of them block the next ride.</param>
    internal sealed record Balance(
        Money Outstanding,
        Money Retrying,
        IReadOnlyList<OwedRide> Rides,
        IReadOnlyList<RetriedRide> RetryingRides
    );

    /// <param name="RideId">The ride.</param>
    /// <param name="Amount">What is due for it.</param>
    /// <param name="Since">When it became due.</param>
    /// <param name="FailureCode">Why the last attempt failed.</param>
    /// <param name="RetryAt">When the next attempt is made.</param>
    internal sealed record RetriedRide(
        Guid RideId,
        Money Amount,
        DateTimeOffset Since,
        string? FailureCode,
        DateTimeOffset? RetryAt
    );

    /// <param name="RideId">The ride.</param>
    /// <param name="Amount">What is owed for it.</param>
    /// <param name="Since">When it became due.</param>
    /// <param name="FailureCode">Why the last attempt failed.</param>
    /// <param name="BeingPaid">Whether the gateway is being asked again right now.</param>
    internal sealed record OwedRide(
        Guid RideId,
        Money Amount,
        DateTimeOffset Since,
        string? FailureCode,
        bool BeingPaid
    );
}
