using FluentValidation;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Microsoft.EntityFrameworkCore;
using RideBooking.Contracts.Seams;
using RideBooking.Notifications.Webhooks;
using RideBooking.Platform.Http.Authentication;
using RideBooking.Platform.Http.OpenApi;
using RideBooking.Platform.Http.Problems;
using RideBooking.Platform.Http.Requests;
using RideBooking.Platform.Persistence;

namespace RideBooking.Notifications.Deliveries;

/// <summary>Sends a delivery now that has failed, or waits for its next attempt.</summary>
internal static class RedriveDelivery
{
    public static void Map(RouteGroupBuilder operators)
    {
        operators
            .MapPost("/operations/webhook-deliveries/{id:guid}/redrive", HandleWebhook)
            .WithSummary("Send a delivery to a partner now that has failed, or waits for its next attempt")
            .WithDescription(
                "A host sends it within seconds, with the same `webhook-id`. One that has failed is then repeated as often as at first. "
                    + "One that is delivered is not changed. One that is being sent may arrive twice."
            )
            .Refuses(StatusCodes.Status404NotFound, NotificationProblems.DeliveryNotFound)
            .Refuses(StatusCodes.Status409Conflict, NotificationProblems.PartnerDisabled);
        operators
            .MapPost("/operations/email-deliveries/{id:guid}/redrive", HandleEmail)
            .WithSummary("Send an e-mail now that has failed, or waits for its next attempt")
            .WithDescription(
                "A host sends it within seconds, to the address that the rider has then. One that is delivered is not changed."
            )
            .Refuses(StatusCodes.Status404NotFound, NotificationProblems.DeliveryNotFound);
    }

    static async Task<Results<Accepted<DeliveryView>, ProblemHttpResult>> HandleWebhook(
        Guid id,
        Request request,
        Operator by,
        IOperatorActions actions,
        DeliverySignal signal,
        AppDbContext db,
        TimeProvider clock,
        CancellationToken cancellationToken
    )
    {
        if (await Find(db, id, DeliveryChannel.Webhook, cancellationToken) is not { } delivery)
            return NotificationProblems.NoSuchDelivery();
        var partnerId = Guid.Parse(delivery.Recipient);
        if (
            delivery.Status != Delivery.Delivered
            && !await db.Set<Partner>()
                .AnyAsync(partner => partner.Id == partnerId && partner.DisabledAt == null, cancellationToken)
        )
            return NotificationProblems.Disabled();
        return await Redrive(delivery, request, by, actions, signal, db, clock, cancellationToken);
    }

    static async Task<Results<Accepted<DeliveryView>, ProblemHttpResult>> HandleEmail(
        Guid id,
        Request request,
        Operator by,
        IOperatorActions actions,
        DeliverySignal signal,
        AppDbContext db,
        TimeProvider clock,
        CancellationToken cancellationToken
    ) =>
        await Find(db, id, DeliveryChannel.Email, cancellationToken) is { } delivery
            ? await Redrive(delivery, request, by, actions, signal, db, clock, cancellationToken)
            : NotificationProblems.NoSuchDelivery();

    static async Task<Accepted<DeliveryView>> Redrive(
        Delivery delivery,
        Request request,
        Operator by,
        IOperatorActions actions,
        DeliverySignal signal,
        AppDbContext db,
        TimeProvider clock,
        CancellationToken cancellationToken
    )
    {
        // Recorded before it is done, so that no crash hides it.
        var recorded = await actions.Record(
            OperatorActionNames.RedriveDelivery,
            null,
            by.Id,
            request.Reason,
            cancellationToken
        );
        var now = clock.GetUtcNow();
        var redriven = await db.Set<Delivery>()
            .Where(row => row.Id == delivery.Id)
            .Where(row => row.Status == Delivery.Failed || (row.Status == Delivery.Pending && row.NextAttemptAt > now))
            .ExecuteUpdateAsync(
                set =>
                    set.SetProperty(row => row.Status, Delivery.Pending)
                        .SetProperty(row => row.Attempts, row => row.Status == Delivery.Failed ? 0 : row.Attempts)
                        .SetProperty(row => row.NextAttemptAt, now)
                        .SetProperty(row => row.FinishedAt, (DateTimeOffset?)null),
                cancellationToken
            );
        if (redriven == 0)
            await actions.Withdraw(recorded, cancellationToken);
        else
            signal.Wake();
        var current = await Find(db, delivery.Id, delivery.Channel, cancellationToken);
        return TypedResults.Accepted((string?)null, DeliveryView.Of(current ?? delivery));
    }

    static Task<Delivery?> Find(AppDbContext db, Guid id, string channel, CancellationToken cancellationToken) =>
        db.Set<Delivery>()
            .AsNoTracking()
            .SingleOrDefaultAsync(row => row.Id == id && row.Channel == channel, cancellationToken);

    /// <param name="Reason">Why it can be delivered now.</param>
    internal sealed record Request(string Reason)
    {
        internal sealed class Validator : AbstractValidator<Request>
        {
            public Validator() => RuleFor(request => request.Reason).Reason();
        }
    }
}
