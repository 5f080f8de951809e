using FluentValidation;
using MassTransit;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Microsoft.EntityFrameworkCore;
using RideBooking.Contracts;
using RideBooking.Contracts.Seams;
using RideBooking.EventLog.PersonalData;
using RideBooking.Platform.Http.Authentication;
using RideBooking.Platform.Http.Idempotency;
using RideBooking.Platform.Http.OpenApi;
using RideBooking.Platform.Http.Problems;
using RideBooking.Platform.Http.Requests;
using RideBooking.Platform.Persistence;
using RideBooking.Platform.Visibility;

namespace RideBooking.Rides;

/// <summary>Requests a ride for the caller.</summary>
internal sealed record RequestRide(
    Guid RideId,
    string RiderId,
    Place Pickup,
    Place Dropoff,
    string VehicleClass,
    Guid? QuoteId,
    Money? QuotedFare,
    int? QuotedDistanceMeters,
    Guid? PaymentMethodId,
    DateTimeOffset At,
    TripTerms? Terms = null,
    IReadOnlyList<Place>? Stops = null,
    DateTimeOffset? PickupAt = null,
    DateTimeOffset? SearchAt = null
);

internal static class RequestRideEndpoint
{
    // An app may write the same point differently (180 and -180 degrees, a pole, a rounded last digit).
    const double SamePointMeters = 1;

    public static void Map(RouteGroupBuilder riders) =>
        riders
            .MapPost("/rides", Handle)
            .WithSummary("Request a ride")
            .WithDescription(
                "With a quoteId, the ride costs the quoted fare plus waiting and tolls. A trip that POST /quotes "
                    + "refuses is refused here as well. With a pickupAt, the search for a driver starts shortly before that time."
            )
            .Refuses(
                StatusCodes.Status409Conflict,
                RideProblems.QuoteExpired,
                RideProblems.ActiveRideExists,
                RideProblems.OutstandingBalance,
                RideProblems.RiderForgotten,
                RideProblems.TooManyBookedRides
            );

    static async Task<Results<Created<RideView>, ProblemHttpResult>> Handle(
        Request request,
        Rider rider,
        IdempotentRequest attempt,
        RideCommands commands,
        AppDbContext db,
        QuoteTokens tokens,
        RideLimits limits,
        Bookings bookings,
        ITripPolicy trips,
        IPickupEstimates pickups,
        IPaymentMethods methods,
        EventVisibility visibility,
        TimeProvider clock,
        CancellationToken cancellationToken
    )
    {
        var (rideId, isBooked) = (attempt.IdFor("ride"), request.PickupAt is not null);
        // A repeat whose first response was lost finds the ride that the first request created. It looks again when it is
        // refused, because the first request may commit meanwhile, and its ride may be the reason.
        if (await CreatedBefore() is { } before)
            return Created(before);
        var response = await Create();
        return response.Result is ProblemHttpResult && await CreatedBefore() is { } first ? Created(first) : response;

        async Task<Ride?> CreatedBefore() => attempt.MayBeARepeat ? await db.FindRide(rideId, cancellationToken) : null;

        async Task<Results<Created<RideView>, ProblemHttpResult>> Create()
        {
            var now = clock.GetUtcNow();
            if (request.PickupAt is { } wanted && bookings.Check(wanted, now) is { } impossible)
                return Problem.Validation("pickupAt", impossible);
            SignedQuote? quote = null;
            if (request.QuoteId is not null && Check(request, rider, tokens, now, out quote) is { } refusal)
                return refusal;
            // A quote was checked when it was issued, and stays valid even if the tariff has changed since.
            var vehicleClass = quote?.VehicleClass ?? request.VehicleClass?.ToLowerInvariant() ?? VehicleClass.Standard;
            if (
                quote is null
                && trips.Check(request.Pickup, request.Dropoff, vehicleClass, request.Stops) is { } problem
            )
                return Problem.Validation(problem.Field, problem.Message);
            if (request.PaymentMethodId is { } method && !await methods.Has(rider.Id, method, cancellationToken))
                return Problem.Validation("paymentMethodId", SharedProblemDetail.PaymentMethodNotYours);
            if (
                await CheckEligibility(isBooked, rider, db, limits, bookings, visibility, cancellationToken) is
                { } because
            )
                return because;

            var command = new RequestRide(
                rideId,
                rider.Id,
                request.Pickup,
                request.Dropoff,
                vehicleClass,
                quote?.Id,
                quote?.Fare,
                quote?.DistanceMeters,
                request.PaymentMethodId,
                now,
                quote?.Terms ?? trips.Terms(request.Pickup, request.Dropoff, vehicleClass, request.Stops),
                request.Stops is { Count: > 0 } ? request.Stops : null,
                request.PickupAt?.ToUniversalTime(),
                request.PickupAt is { } pickupAt
                    ? bookings.SearchAt(pickupAt.ToUniversalTime(), pickups.Seconds(request.Pickup), now)
                    : null
            );
            try
            {
                return Created((await commands.Send(rideId, attempt, command, cancellationToken)).Ride);
            }
            catch (Exception conflict) when (DatabaseConflicts.IsConflict(conflict))
            {
                // If two requests race, the database lets one ride become active.
                if (
                    await CheckEligibility(isBooked, rider, db, limits, bookings, visibility, cancellationToken) is
                    { } other
                )
                    return other;
                throw new DbUpdateConcurrencyException("The ride that blocked this one has ended by now.", conflict);
            }
        }
    }

    static Created<RideView> Created(Ride ride) =>
        TypedResults.Created($"/api/v1/rides/{ride.CorrelationId}", RideView.Of(ride));

    static ProblemHttpResult? Check(
        Request request,
        Rider rider,
        QuoteTokens tokens,
        DateTimeOffset now,
        out SignedQuote? quote
    )
    {
        quote = null;
        if (!tokens.TryRead(request.QuoteId, out var signed) || signed.RiderId != rider.Id)
            return Problem.Validation("quoteId", "must be a quote that was issued to you");
        if (signed.Change is not null)
            return Problem.Validation("quoteId", "must be a quote of a new ride, not of a change");
        if (!SamePoint(signed.Pickup, request.Pickup))
            return Problem.Validation("pickup", "must be the pickup of the quote");
        if (!SamePoint(signed.Dropoff, request.Dropoff))
            return Problem.Validation("dropoff", "must be the dropoff of the quote");
        if (!SamePoints(signed.Stops, request.Stops))
            return Problem.Validation("stops", "must be the stops of the quote");
        if (
            request.VehicleClass is { } wanted
            && !wanted.Equals(signed.VehicleClass, StringComparison.OrdinalIgnoreCase)
        )
            return Problem.Validation("vehicleClass", "must be the class of the quote");
        if (now >= signed.ExpiresAt)
            return RideProblems.Expired(signed);
        quote = signed;
        return null;
    }

    static readonly Type[] s_paid = [typeof(PaymentCaptured), typeof(BalanceSettled), typeof(BalanceWrittenOff)];

    public static bool SamePoints(IReadOnlyList<Place>? some, IReadOnlyList<Place>? others) =>
        (some?.Count ?? 0) == (others?.Count ?? 0)
        && (some ?? []).Zip(others ?? []).All(pair => SamePoint(pair.First, pair.Second));

    public static bool SamePoint(Place one, Place other) =>
        GreatCircle.Meters(one.Lat, one.Lng, other.Lat, other.Lng) < SamePointMeters;

    /// <summary>Refuses the ride while the rider has another active ride or an outstanding balance, or was forgotten.</summary>
    /// <remarks>
    /// A ride that is booked ahead neither needs nor blocks another one before its search starts; only the number of those is limited.
    /// </remarks>
    static async Task<ProblemHttpResult?> CheckEligibility(
        bool isBooked,
        Rider rider,
        AppDbContext db,
        RideLimits limits,
        Bookings bookings,
        EventVisibility visibility,
        CancellationToken cancellationToken
    )
    {
        var blocking = db.BlockingRides(rider.Id).OrderBy(ride => ride.RequestedAt);
        var rides = await blocking.ToListAsync(cancellationToken);
        // The balance may already show the amount as paid: wait until the ride has recorded that, too.
        foreach (
            var owed in rides.FindAll(ride => ride.PaymentStatus is PaymentStatus.Outstanding or PaymentStatus.Retrying)
        )
            if (await visibility.WaitUntilHandled(owed.CorrelationId.ToString(), s_paid, cancellationToken))
                rides = await blocking.ToListAsync(cancellationToken);
        // Amounts in different currencies cannot be added: the currency of the oldest one is paid first.
        var debts = rides
            .Where(ride => ride.PaymentStatus == PaymentStatus.Outstanding)
            .Select(ride => ride.PaymentAmount!)
            .ToList();
        // An amount that is being retried is not yet owed. Their number is limited, or a declining card would ride without end.
        var retried = rides.Where(ride => ride.PaymentStatus == PaymentStatus.Retrying).ToList();
        if (debts.Count == 0 && retried.Count > limits.MaxUnpaidRides)
            debts = [.. retried.Select(ride => ride.PaymentAmount!)];
        if (debts.Count > 0)
        {
            var amount = debts.Where(debt => debt.Currency == debts[0].Currency).Aggregate((sum, debt) => sum + debt);
            return Problem.Conflict(
                RideProblems.OutstandingBalance,
                $"You owe {amount} for an earlier ride; pay it first.",
                ("amount", amount)
            );
        }
        if (await db.IsForgotten(rider.Id, cancellationToken))
            return RideProblems.Forgotten();
        if (isBooked)
            return rides.Count(ride => ride is { ActiveRiderId: not null, PickupAt: not null }) >= bookings.MaxBooked
                ? Problem.Conflict(
                    RideProblems.TooManyBookedRides,
                    $"You have {bookings.MaxBooked} booked rides; cancel one first.",
                    ("maxBookedRides", bookings.MaxBooked)
                )
                : null;
        return rides.Find(ride => ride is { ActiveRiderId: not null, Search: > 0 }) is { } active
            ? Problem.Conflict(
                RideProblems.ActiveRideExists,
                "You have an active ride; cancel or finish it first.",
                ("rideId", active.CorrelationId)
            )
            : null;
    }

    /// <summary>
    /// Returns the rider's rides that block another one, from two partial indexes that contain only such rides.
    /// </summary>
    internal static IQueryable<Ride> BlockingRides(this AppDbContext db, string riderId) =>
        db.Set<Ride>()
            .AsNoTracking()
            .Where(ride =>
                ride.ActiveRiderId == riderId
                || (
                    ride.RiderId == riderId
                    && (ride.PaymentStatus == PaymentStatus.Outstanding || ride.PaymentStatus == PaymentStatus.Retrying)
                )
            );

    /// <param name="Pickup">The pickup point.</param>
    /// <param name="Dropoff">The destination.</param>
    /// <param name="VehicleClass">
    /// The vehicle class, in upper or lower case. If absent, the quote's class or <c>standard</c>.
    /// </param>
    /// <param name="QuoteId">The quote you accept. It must be for the same trip.</param>
    /// <param name="PaymentMethodId">One of your payment methods. If absent, your default.</param>
    /// <param name="Stops">The stops on the way, in their order, at most 5.</param>
    /// <param name="PickupAt">
    /// When you want to be picked up: from 15 minutes to 30 days ahead. If absent, as soon as possible. A quote that is valid now
    /// also holds then.
    /// </param>
    internal sealed record Request(
        Place Pickup,
        Place Dropoff,
        string? VehicleClass,
        string? QuoteId,
        Guid? PaymentMethodId,
        IReadOnlyList<Place>? Stops = null,
        DateTimeOffset? PickupAt = null
    )
    {
        internal sealed class Validator : AbstractValidator<Request>
        {
            public Validator()
            {
                RuleFor(request => request.Pickup).OnTheMap();
                RuleFor(request => request.Dropoff).OnTheMap();
                RuleFor(request => request.Stops).Stops();
            }
        }
    }
}
