using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Microsoft.EntityFrameworkCore;
using RideBooking.Contracts;
using RideBooking.Platform.Http.Authentication;
using RideBooking.Platform.Http.OpenApi;
using RideBooking.Platform.Persistence;
using RideBooking.Positions;

namespace RideBooking.Drivers;

/// <summary>Returns what the driver's app shows when it is opened.</summary>
internal static class GetDriver
{
    public static void Map(RouteGroupBuilder drivers) =>
        drivers
            .MapGet("/drivers/me", Handle)
            .WithSummary("Get your profile, availability, ride and offer")
            .Refuses(StatusCodes.Status404NotFound, DriverProblems.ProfileNotFound);

    internal static async Task<Results<Ok<View>, ProblemHttpResult>> Handle(
        Driver driver,
        AppDbContext db,
        DriversOptions options,
        TimeProvider clock,
        CancellationToken cancellationToken
    )
    {
        var profile = await db.Set<DriverProfile>()
            .AsNoTracking()
            .SingleOrDefaultAsync(row => row.DriverId == driver.Id, cancellationToken);
        if (profile is null)
            return DriverProblems.NoSuchProfile();

        var ride = await db.RidesOf(driver.Id)
            .OrderByDescending(work => work.AssignedAt)
            .WithDestination(db)
            .FirstOrDefaultAsync(cancellationToken);
        var rating = await db.Set<DriverRating>()
            .AsNoTracking()
            .SingleOrDefaultAsync(row => row.DriverId == driver.Id, cancellationToken);
        var offer =
            ride is null && profile.ShiftId is not null
                ? await db.OffersTo(driver.Id, clock.GetUtcNow())
                    .OrderByDescending(work => work.ExpiresAt)
                    .WithDestination(db)
                    .FirstOrDefaultAsync(cancellationToken)
                : null;
        var isFree = profile.ShiftId is not null && ride is null && offer is null;
        var isReporting =
            !isFree
            || await db.Set<DriverPosition>()
                .FreshSince(clock.GetUtcNow() - options.MaxPositionAge)
                .AnyAsync(position => position.DriverId == driver.Id, cancellationToken);
        return TypedResults.Ok(
            new View(
                ProfileView.Of(profile),
                rating is { Ratings: > 0 } ? Rating.Of(rating) : null,
                ride is not null ? (ride.IsStarted ? Availability.OnTrip : Availability.EnRoute)
                    : profile.ShiftId is null ? Availability.Offline
                    : offer is not null ? Availability.Offered
                    : isReporting ? Availability.Available
                    : Availability.NotReporting,
                profile is { ShiftId: { } shiftId, OnlineSince: { } since } ? new ShiftView(shiftId, since) : null,
                ride is null
                    ? null
                    : new CurrentRide(
                        ride.Assignment.RideId,
                        ride.Assignment.OfferId,
                        ride.Assignment.Pickup,
                        ride.Dropoff,
                        ride.Assignment.AssignedAt
                    ),
                offer is null
                    ? null
                    : new CurrentOffer(
                        offer.Assignment.OfferId,
                        offer.Assignment.RideId,
                        offer.Assignment.Pickup,
                        offer.Dropoff,
                        offer.Assignment.ExpiresAt
                    )
            )
        );
    }

    /// <summary>A driver, as shown to themselves.</summary>
    /// <param name="Profile">The driver's name and vehicle.</param>
    /// <param name="Rating">What riders think of the driver; null before the first rating. It may lag by a moment.</param>
    /// <param name="Availability">What the driver is doing.</param>
    /// <param name="Shift">The current shift; null off duty.</param>
    /// <param name="CurrentRide">The current ride, if any.</param>
    /// <param name="CurrentOffer">The offer to answer, if any.</param>
    internal sealed record View(
        ProfileView Profile,
        Rating? Rating,
        Availability Availability,
        ShiftView? Shift,
        CurrentRide? CurrentRide,
        CurrentOffer? CurrentOffer
    );

    /// <param name="Average">The average of the stars, 1 to 5, to a hundredth.</param>
    /// <param name="Ratings">The number of ratings.</param>
    internal sealed record Rating(double Average, int Ratings)
    {
        public static Rating Of(DriverRating rating) =>
            new(Math.Round((double)rating.Stars / rating.Ratings, 2, MidpointRounding.AwayFromZero), rating.Ratings);
    }

    internal enum Availability
    {
        /// <summary>Off duty.</summary>
        Offline,

        /// <summary>On duty and available.</summary>
        Available,

        /// <summary>
        /// On duty and available, but without a location report for so long that no rides are offered until the next one.
        /// </summary>
        NotReporting,

        /// <summary>With an offer to answer.</summary>
        Offered,

        /// <summary>On the way to a rider, or waiting at the pickup, on duty or not.</summary>
        EnRoute,

        /// <summary>With a rider aboard, on duty or not.</summary>
        OnTrip,
    }

    /// <summary>The driver's current ride.</summary>
    /// <param name="RideId">The ride.</param>
    /// <param name="OfferId">The offer that the driver accepted.</param>
    /// <param name="Pickup">The pickup point.</param>
    /// <param name="Dropoff">The destination.</param>
    /// <param name="AssignedAt">When the driver accepted the offer.</param>
    internal sealed record CurrentRide(
        Guid RideId,
        Guid OfferId,
        Place? Pickup,
        Place? Dropoff,
        DateTimeOffset? AssignedAt
    );

    /// <summary>The offer that the driver can answer.</summary>
    /// <param name="OfferId">The offer.</param>
    /// <param name="RideId">The ride.</param>
    /// <param name="Pickup">The pickup point.</param>
    /// <param name="Dropoff">The destination.</param>
    /// <param name="ExpiresAt">When the offer expires.</param>
    internal sealed record CurrentOffer(
        Guid OfferId,
        Guid RideId,
        Place? Pickup,
        Place? Dropoff,
        DateTimeOffset? ExpiresAt
    );
}
