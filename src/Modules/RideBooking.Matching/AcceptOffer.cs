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
using RideBooking.Platform.Http.Problems;
using RideBooking.Platform.Persistence;

namespace RideBooking.Matching;

/// <summary>Accepts an offer on behalf of its driver.</summary>
/// <remarks>
/// Exactly one event wins: the acceptance, the offer's expiry, the end of the shift or the end of the ride. A repeated
/// acceptance gets the same answer while the driver has the ride.
/// </remarks>
internal static class AcceptOffer
{
    public static void Map(RouteGroupBuilder drivers) =>
        drivers
            .MapPost("/offers/{offerId:guid}/accept", Handle)
            .WithSummary("Accept an offer")
            .RespondsWhenHandled<DriverAssigned>()
            .Refuses(StatusCodes.Status404NotFound, OfferProblems.OfferNotFound)
            .Refuses(
                StatusCodes.Status409Conflict,
                OfferProblems.OfferExpired,
                OfferProblems.OfferTaken,
                OfferProblems.OwnRide
            );

    internal static async Task<Results<Ok<View>, ProblemHttpResult>> Handle(
        Guid offerId,
        Driver driver,
        AppDbContext db,
        IPublishEndpoint publish,
        TimeProvider clock,
        CancellationToken cancellationToken
    )
    {
        var now = clock.GetUtcNow();
        var found = await (
            from given in db.Set<Offer>().AsNoTracking()
            join ride in db.Set<Search>().AsNoTracking() on given.RideId equals ride.RideId
            join candidate in db.Set<Candidate>().AsNoTracking() on given.DriverId equals candidate.DriverId
            where given.OfferId == offerId && given.DriverId == driver.Id
            select new
            {
                Offer = given,
                Search = ride,
                Candidate = candidate,
            }
        ).SingleOrDefaultAsync(cancellationToken);
        if (found is null)
            return OfferProblems.NoSuchOffer();

        // An offer from before riders were prevented from driving their own rides.
        var (offer, search) = (found.Offer, found.Search);
        if (search.RiderId == driver.Id)
            return Problem.Conflict(OfferProblems.OwnRide, "You cannot drive your own ride.");

        // The timer that ends the offer may be late, which does not extend the offer.
        if (offer.Status == OfferStatus.Open && now < offer.ExpiresAt)
        {
            await using var transaction = await db.Database.BeginTransactionAsync(cancellationToken);
            if (await db.Assign(offer, cancellationToken))
            {
                // The search was still offering this ride to this driver, so the offer is unchanged since it was read.
                db.Attach(offer);
                offer.Status = OfferStatus.Accepted;
                offer.AnsweredAt = now;
                await publish.Publish(Assignment(search, offer, found.Candidate, now), cancellationToken);
                await publish.CancelTimer(offer, cancellationToken);
                await db.SaveChangesAsync(cancellationToken);
                await transaction.CommitAsync(cancellationToken);
                return Summary(search, offer);
            }
            await transaction.RollbackAsync(cancellationToken);

            // Another event won: an earlier request to accept, the expiry of the offer, or a cancellation.
            offer = await db.Set<Offer>()
                .AsNoTracking()
                .SingleAsync(offer => offer.OfferId == offerId, cancellationToken);
        }

        return offer.IsDriversRide && !await db.HasRideEnded(offer, cancellationToken)
            ? Summary(search, offer)
            : await OfferProblems.NoLongerOpen(db, offer, cancellationToken);
    }

    static DriverAssigned Assignment(Search search, Offer offer, Candidate driver, DateTimeOffset now) =>
        new(
            search.RideId,
            search.RiderId,
            offer.OfferId,
            offer.DriverId,
            driver.Name,
            driver.Vehicle,
            offer.PickupEtaSeconds,
            offer.Attempt,
            now
        );

    static Ok<View> Summary(Search search, Offer offer) =>
        TypedResults.Ok(
            new View(
                offer.OfferId,
                search.RideId,
                search.RiderId,
                search.Pickup,
                search.Dropoff,
                search.Fare,
                offer.PickupEtaSeconds,
                offer.AnsweredAt!.Value,
                search.Stops ?? []
            )
        );

    /// <summary>The ride that the driver has accepted.</summary>
    /// <param name="OfferId">The offer.</param>
    /// <param name="RideId">The ride.</param>
    /// <param name="RiderId">The rider.</param>
    /// <param name="Pickup">The pickup point.</param>
    /// <param name="Dropoff">The destination.</param>
    /// <param name="Fare">The fare the rider was quoted, if any.</param>
    /// <param name="PickupEtaSeconds">The estimated driving time to the pickup, seconds.</param>
    /// <param name="AcceptedAt">When the driver accepted the offer.</param>
    /// <param name="Stops">The stops on the way, in their order.</param>
    internal sealed record View(
        Guid OfferId,
        Guid RideId,
        string RiderId,
        Place Pickup,
        Place Dropoff,
        Money? Fare,
        int PickupEtaSeconds,
        DateTimeOffset AcceptedAt,
        IReadOnlyList<Place> Stops
    );
}
