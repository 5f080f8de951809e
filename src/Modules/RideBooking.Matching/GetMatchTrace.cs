using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Microsoft.EntityFrameworkCore;
using RideBooking.Contracts;
using RideBooking.Platform.Http.OpenApi;
using RideBooking.Platform.Http.Problems;
using RideBooking.Platform.Persistence;

namespace RideBooking.Matching;

/// <summary>Shows every attempt to match a ride, with all candidates and why each was or was not offered the ride.</summary>
internal static class GetMatchTrace
{
    public static void Map(RouteGroupBuilder operators) =>
        operators
            .MapGet("/operations/rides/{rideId:guid}/match-trace", Handle)
            .WithSummary("Get all candidates for a ride, and why each was or was not offered it")
            .WithDescription(
                "The oldest attempt comes first. An attempt has the 50 nearest drivers on duty, those who could be offered the ride first. It "
                    + "looks no farther than it must. A ride of a forgotten rider, or one that was requested long ago, has no attempts."
            )
            .Refuses(StatusCodes.Status404NotFound, SharedProblemCode.RideNotFound);

    internal static async Task<Results<Ok<View>, ProblemHttpResult>> Handle(
        Guid rideId,
        AppDbContext db,
        CancellationToken cancellationToken
    )
    {
        if (!await db.Set<Search>().AnyAsync(search => search.RideId == rideId, cancellationToken))
            return Problem.NotFound(SharedProblemDetail.RideNotFound, SharedProblemCode.RideNotFound);
        return TypedResults.Ok(new View(rideId, await Attempts(db, rideId, cancellationToken)));
    }

    internal static async Task<List<Attempt>> Attempts(
        AppDbContext db,
        Guid rideId,
        CancellationToken cancellationToken
    )
    {
        var rows = await (
            from attempt in db.Set<MatchAttempt>().AsNoTracking()
            where attempt.RideId == rideId
            join offer in db.Set<Offer>() on attempt.OfferId equals offer.OfferId into offers
            from offer in offers.DefaultIfEmpty()
            orderby attempt.Number, attempt.At, attempt.Id
            select new { Attempt = attempt, Offer = (OfferStatus?)offer.Status }
        ).ToListAsync(cancellationToken);
        return
        [
            .. rows.Select(row => new Attempt(
                row.Attempt.At,
                row.Attempt.Trigger,
                (int)row.Attempt.RadiusMeters,
                row.Attempt.OfferId,
                row.Offer,
                row.Attempt.ReadCandidates()
            )),
        ];
    }

    /// <param name="RideId">The ride.</param>
    /// <param name="Attempts">The attempts to find its driver, oldest first.</param>
    internal sealed record View(Guid RideId, IReadOnlyList<Attempt> Attempts);

    /// <param name="At">When.</param>
    /// <param name="Trigger">
    /// Why Matching looked for a driver: the <c>search</c> began or continued, a driver became available
    /// (<c>driverAvailable</c>), or a <c>batch</c> was matched.
    /// </param>
    /// <param name="RadiusMeters">How far from the pickup drivers could be offered the ride, metres.</param>
    /// <param name="OfferId">The offer that was made; null if there was no driver.</param>
    /// <param name="OfferStatus">What became of the offer; null also if a batch's driver or ride was no longer free.</param>
    /// <param name="Candidates">The candidates, those who could be offered the ride first, then the nearest.</param>
    internal sealed record Attempt(
        DateTimeOffset At,
        MatchTrigger Trigger,
        int RadiusMeters,
        Guid? OfferId,
        OfferStatus? OfferStatus,
        IReadOnlyList<TracedCandidate> Candidates
    );
}
