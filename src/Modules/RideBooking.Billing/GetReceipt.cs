using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Microsoft.EntityFrameworkCore;
using RideBooking.Contracts;
using RideBooking.EventLog;
using RideBooking.Platform.Http.Authentication;
using RideBooking.Platform.Http.OpenApi;
using RideBooking.Platform.Http.Problems;
using RideBooking.Platform.Persistence;
using RideBooking.Platform.Visibility;

namespace RideBooking.Billing;

/// <summary>Returns the price of a ride, line by line, to its rider and to operators.</summary>
internal static class GetReceipt
{
    static readonly Type[] s_invoiced = [typeof(RideCompleted), typeof(RideCancelled)];
    static readonly Type[] s_paid = [typeof(PaymentCaptured)];

    public static void Map(RouteGroupBuilder ridersAndOperators) =>
        ridersAndOperators
            .MapGet("/rides/{rideId:guid}/receipt", Handle)
            .WithSummary("Get the receipt of a ride")
            .WithDescription("Answers 404 receipt_not_ready until the fare, or the cancellation fee, is final.")
            .Refuses(StatusCodes.Status404NotFound, ReceiptProblems.RideNotFound, ReceiptProblems.ReceiptNotReady);

    static async Task<Results<Ok<View>, ProblemHttpResult>> Handle(
        Guid rideId,
        Caller caller,
        AppDbContext db,
        EventVisibility visibility,
        CancellationToken cancellationToken
    )
    {
        var invoice = await InvoiceOf(rideId, db, cancellationToken);
        // The rider may already have seen a newer state in the ride or its stream.
        if (
            invoice?.IsPaid != true
            && await visibility.WaitUntilHandled(
                rideId.ToString(),
                invoice is null ? s_invoiced : s_paid,
                cancellationToken
            )
        )
            invoice = await InvoiceOf(rideId, db, cancellationToken);
        var riderId = invoice?.RiderId ?? await RiderOf(rideId, db, cancellationToken);
        if (riderId is null || (riderId != caller.Id && !caller.Is(Role.Operator)))
            return ReceiptProblems.NoSuchRide();
        return invoice is null
            ? Problem.NotFound("The ride's fare is not final yet.", ReceiptProblems.ReceiptNotReady)
            : TypedResults.Ok(View.Of(invoice));
    }

    static Task<Invoice?> InvoiceOf(Guid rideId, AppDbContext db, CancellationToken cancellationToken) =>
        db.Set<Invoice>().AsNoTracking().SingleOrDefaultAsync(invoice => invoice.RideId == rideId, cancellationToken);

    // Before the invoice exists, the event log knows the ride's rider, from the moment the ride was accepted.
    static async Task<string?> RiderOf(Guid rideId, AppDbContext db, CancellationToken cancellationToken)
    {
        var filter = new EventFilter(StreamId: rideId.ToString(), EventTypes: [nameof(RideRequested)]);
        var requested = (await db.ReadEvents(filter, 1, cancellationToken)).SingleOrDefault();
        if (requested is null)
            return null;
        var (_, payload) = EventCatalogue.Published.Newest(requested);
        return payload.TryGetProperty("riderId", out var rider) && rider.ValueKind == JsonValueKind.String
            ? rider.GetString()
            : null;
    }

    /// <param name="RideId">The ride.</param>
    /// <param name="InvoiceId">The invoice.</param>
    /// <param name="Number">The receipt's number, once paid.</param>
    /// <param name="Status"><c>due</c>, <c>paid</c> or <c>writtenOff</c>. A ride that costs nothing is paid.</param>
    /// <param name="Lines">The lines, which sum to the total.</param>
    /// <param name="Total">The price of the ride.</param>
    /// <param name="WaiverReason">Why a cancelled ride costs nothing.</param>
    /// <param name="City">The code of the city whose tariff it was computed with; null without a city.</param>
    /// <param name="TariffVersion">The version of that tariff.</param>
    /// <param name="IssuedAt">When the fare became final.</param>
    /// <param name="PaidAt">When it was paid.</param>
    /// <param name="Refunded">The sum of the refunds. The lines and the total do not change.</param>
    /// <param name="Refunds">The refunds, in the order of their numbers.</param>
    internal sealed record View(
        Guid RideId,
        Guid InvoiceId,
        string? Number,
        string Status,
        IReadOnlyList<FareLine> Lines,
        Money Total,
        string? WaiverReason,
        string? City,
        string TariffVersion,
        DateTimeOffset IssuedAt,
        DateTimeOffset? PaidAt,
        Money Refunded,
        IReadOnlyList<InvoiceRefund> Refunds
    )
    {
        public static View Of(Invoice invoice) =>
            new(
                invoice.RideId,
                invoice.Id,
                invoice.PaidAt is null ? null : invoice.Number,
                invoice.IsPaid ? "paid"
                    : invoice.WrittenOffAt is not null ? "writtenOff"
                    : "due",
                invoice.Lines,
                invoice.Total,
                invoice.WaiverReason,
                invoice.City,
                invoice.TariffVersion,
                invoice.IssuedAt,
                invoice.PaidAt,
                (invoice.Refunds ?? []).Aggregate(
                    Money.Zero(invoice.Total.Currency),
                    (sum, refund) => sum + refund.Amount
                ),
                invoice.Refunds ?? []
            );
    }
}
