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
        riders.MapGet("/riders/me/balance", Handle).WithSummary("What you owe");

    static async Task<Ok<Balance>> Handle(
        Rider rider,
        AppDbContext db,
        [FromServices] ITariffLocale? locale,
        CancellationToken stop
    )
    {
        var owed = await db.Set<Payment>()
            .AsNoTracking()
            .Where(payment =>
                payment.RiderId == rider.Id
                && (
                    payment.Status == nameof(PaymentStateMachine.Outstanding)
                    || payment.Status == nameof(PaymentStateMachine.Settling)
                )
            )
            .OrderBy(payment => payment.OpenedAt)
            .ToListAsync(stop);
        var currency = owed.FirstOrDefault()?.Currency ?? locale?.Currency ?? Currency;
        return TypedResults.Ok(
            new Balance(
                // Debts in several currencies cannot be added up: the oldest one's come first.
                owed.Where(payment => payment.Currency == currency)
                    .Aggregate(Money.Zero(currency), (sum, payment) => sum + payment.Due),
                [
                    .. owed.Select(payment => new OwedRide(
                        payment.CorrelationId,
                        payment.Due,
                        payment.OpenedAt,
                        payment.FailureCode,
                        BeingPaid: payment.Status == nameof(PaymentStateMachine.Settling)
                    )),
                ]
            )
        );
    }

    /// <param name="Outstanding">The sum, in the currency of the oldest.</param>
    /// <param name="Rides">What it is made of, oldest first.</param>
    internal sealed record Balance(Money Outstanding, IReadOnlyList<OwedRide> Rides);

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
