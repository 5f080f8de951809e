using FluentValidation;
using MassTransit;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Microsoft.EntityFrameworkCore;
using RideBooking.Contracts;
using RideBooking.Platform.Http;
using RideBooking.Platform.Http.Authentication;
using RideBooking.Platform.Http.OpenApi;
using RideBooking.Platform.Http.Requests;
using RideBooking.Platform.Persistence;
using RideBooking.Positions;

namespace RideBooking.Matching;

/// <summary>Declines an offer. The search continues at once, without this driver.</summary>
internal static class DeclineOffer
{
    public static void Map(RouteGroupBuilder drivers) =>
        drivers
            .MapPost("/offers/{offerId:guid}/decline", Handle)
            .WithSummary("Decline an offer")
            .RespondsWhenHandled<OfferDeclined>()
            .Refuses(StatusCodes.Status404NotFound, OfferProblems.OfferNotFound)
            .Refuses(StatusCodes.Status409Conflict, OfferProblems.OfferExpired, OfferProblems.OfferTaken);

    internal static async Task<Results<NoContent, ProblemHttpResult>> Handle(
        Guid offerId,
        Request? request,
        Driver driver,
        AppDbContext db,
        IPublishEndpoint publish,
        MatchingOptions options,
        TimeProvider clock,
        CancellationToken cancellationToken
    )
    {
        var now = clock.GetUtcNow();
        var offer = await db.Set<Offer>()
            .AsNoTracking()
            .SingleOrDefaultAsync(offer => offer.OfferId == offerId && offer.DriverId == driver.Id, cancellationToken);
        if (offer is null)
            return OfferProblems.NoSuchOffer();

        if (offer.Status == OfferStatus.Open && now < offer.ExpiresAt)
        {
            await using var transaction = await db.Database.BeginTransactionAsync(cancellationToken);
            if (await db.TakeSearchOffering(offer.RideId, offerId, cancellationToken) is { } search)
            {
                var declined = await db.Set<Offer>().SingleAsync(offer => offer.OfferId == offerId, cancellationToken);
                declined.Close(OfferStatus.Declined, now);
                search.Reopen();
                await publish.CancelTimer(declined, cancellationToken);
                await publish.Publish(
                    new OfferDeclined(offer.RideId, offerId, driver.Id, request?.Reason?.Trim(), now),
                    cancellationToken
                );
                await publish.Publish(new SearchReopened(offer.RideId), cancellationToken);
                await db.MarkDriverActive(driver.Id, now, cancellationToken);
                if (await db.FreeAfterDecline(driver.Id, offerId, now, options.DeclineWindow, cancellationToken))
                    await publish.Publish(new DriverBecameAvailable(driver.Id), cancellationToken);
                await db.SaveChangesAsync(cancellationToken);
                await transaction.CommitAsync(cancellationToken);
                return TypedResults.NoContent();
            }
            await transaction.RollbackAsync(cancellationToken);
            offer = await db.Set<Offer>()
                .AsNoTracking()
                .SingleAsync(offer => offer.OfferId == offerId, cancellationToken);
        }

        return offer.Status == OfferStatus.Declined
            ? TypedResults.NoContent()
            : await OfferProblems.NoLongerOpen(db, offer, cancellationToken);
    }

    /// <param name="Reason">Why, in the driver's words; optional.</param>
    internal sealed record Request(string? Reason)
    {
        internal sealed class Validator : AbstractValidator<Request>
        {
            public Validator() => RuleFor(request => request.Reason).Text(0, 200);
        }
    }
}
