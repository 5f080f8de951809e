using FluentValidation;
using MassTransit;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Microsoft.EntityFrameworkCore;
using RideBooking.Contracts;
using RideBooking.Platform.Http;
using RideBooking.Platform.Messaging;
using RideBooking.Platform.Payments;
using RideBooking.Platform.Persistence;
using RideBooking.Platform.Positions;
using RideBooking.Platform.Quotes;

namespace RideBooking.Rides;

/// <summary>A rider wants to be driven.</summary>
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
    DateTimeOffset At
);

internal static class RequestRideEndpoint
{
    // An app may spell the same point in another way (180 and -180 degrees, a pole, a rounded last digit).
    const double SamePointMeters = 1;

    public static void Map(RouteGroupBuilder riders) =>
        riders
            .MapPost("/rides", Handle)
            .WithSummary("Request a ride")
            .WithDescription(
                "With a quoteId the quoted fare is what the ride costs, but for waiting and tolls. A trip that POST /quotes "
                    + "refuses is refused in the same way."
            )
            .Refuses(
                StatusCodes.Status409Conflict,
                RideProblems.QuoteExpired,
                RideProblems.ActiveRideExists,
                RideProblems.OutstandingBalance
            );

    static async Task<Results<Created<RideView>, ProblemHttpResult>> Handle(
        Request asked,
        Rider rider,
        IdempotentRequest request,
        RideCommands commands,
        AppDbContext db,
        QuoteTokens tokens,
        RideLimits limits,
        ITripPolicy trips,
        IPaymentMethods methods,
        EventVisibility visibility,
        TimeProvider clock,
        CancellationToken cancellationToken
    )
    {
        // A repeat whose first answer was lost finds the ride it made.
        var rideId = request.IdFor("ride");
        if (request.MayBeARepeat && await db.FindRide(rideId, cancellationToken) is { } made)
            return Made(made);

        var now = clock.GetUtcNow();
        SignedQuote? quote = null;
        if (asked.QuoteId is not null && Check(asked, rider, tokens, now, out quote) is { } wrong)
            return wrong;
        // What was quoted was checked then, and stays promised if the tariff has changed since.
        var vehicleClass = quote?.VehicleClass ?? asked.VehicleClass?.ToLowerInvariant() ?? VehicleClass.Standard;
        if (quote is null && trips.Check(asked.Pickup, asked.Dropoff, vehicleClass) is { } problem)
            return Problem.Validation(problem.Field, problem.Message);
        if (asked.PaymentMethodId is { } method && !await methods.Has(rider.Id, method, cancellationToken))
            return Problem.Validation("paymentMethodId", "must be one of your payment methods");
        if (await CheckEligibility(rider, db, limits, visibility, cancellationToken) is { } because)
            return because;

        var command = new RequestRide(
            rideId,
            rider.Id,
            asked.Pickup,
            asked.Dropoff,
            vehicleClass,
            quote?.Id,
            quote?.Fare,
            quote?.DistanceMeters,
            asked.PaymentMethodId,
            now
        );
        try
        {
            return Made((await commands.Send(rideId, request, command, cancellationToken)).Ride!);
        }
        catch (Exception conflict) when (DatabaseConflicts.IsConflict(conflict))
        {
            // Of two requests at once the database lets one ride become active.
            if (await CheckEligibility(rider, db, limits, visibility, cancellationToken) is { } other)
                return other;
            throw new DbUpdateConcurrencyException("The ride that stood against this one is over by now.", conflict);
        }
    }

    static Created<RideView> Made(Ride ride) =>
        TypedResults.Created($"/api/v1/rides/{ride.CorrelationId}", RideView.Of(ride));

    static ProblemHttpResult? Check(
        Request asked,
        Rider rider,
        QuoteTokens tokens,
        DateTimeOffset now,
        out SignedQuote? quote
    )
    {
        quote = null;
        if (!tokens.TryRead(asked.QuoteId, out var signed) || signed.RiderId != rider.Id)
            return Problem.Validation("quoteId", "must be a quote that you were given");
        if (!SamePoint(signed.Pickup, asked.Pickup))
            return Problem.Validation("pickup", "must be the pickup of the quote");
        if (!SamePoint(signed.Dropoff, asked.Dropoff))
            return Problem.Validation("dropoff", "must be the dropoff of the quote");
        if (asked.VehicleClass is { } wanted && !wanted.Equals(signed.VehicleClass, StringComparison.OrdinalIgnoreCase))
            return Problem.Validation("vehicleClass", "must be the class of the quote");
        if (now >= signed.ExpiresAt)
            return Problem.Conflict(
                RideProblems.QuoteExpired,
                "The quote has expired; ask for a new one.",
                ("expiredAt", Instant.Format(signed.ExpiresAt))
            );
        quote = signed;
        return null;
    }

    static readonly Type[] s_paid = [typeof(PaymentCaptured), typeof(BalanceSettled), typeof(BalanceWrittenOff)];

    static bool SamePoint(Place one, Place other) =>
        GreatCircle.Meters(one.Lat, one.Lng, other.Lat, other.Lng) < SamePointMeters;

    /// <summary>No ride while another is under way, nor before what is owed for earlier ones is paid, which rides know.</summary>
    static async Task<ProblemHttpResult?> CheckEligibility(
        Rider rider,
        AppDbContext db,
        RideLimits limits,
        EventVisibility visibility,
        CancellationToken cancellationToken
    )
    {
        var blocking = db.BlockingRides(rider.Id).OrderBy(ride => ride.RequestedAt);
        var rides = await blocking.ToListAsync(cancellationToken);
        // The balance may say already that it is paid.
        foreach (
            var owed in rides.FindAll(ride => ride.PaymentStatus is PaymentStatus.Outstanding or PaymentStatus.Retrying)
        )
            if (await visibility.WaitUntilHandled(owed.CorrelationId.ToString(), s_paid, cancellationToken))
                rides = await blocking.ToListAsync(cancellationToken);
        // Debts in several currencies cannot be added up: the oldest one's come first.
        var debts = rides
            .Where(ride => ride.PaymentStatus == PaymentStatus.Outstanding)
            .Select(ride => ride.PaymentAmount!)
            .ToList();
        // What is being retried is not owed yet. Only so much of it is lent, or a card that declines rides without end.
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
        return rides.Find(ride => ride.ActiveRiderId is not null) is { } active
            ? Problem.Conflict(
                RideProblems.ActiveRideExists,
                "You have a ride under way; cancel or finish it first.",
                ("rideId", active.CorrelationId)
            )
            : null;
    }

    /// <summary>The rider's rides that stand against another one, by two indexes that hold only such rides.</summary>
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

    /// <param name="Pickup">Where you wait.</param>
    /// <param name="Dropoff">Where you want to go.</param>
    /// <param name="VehicleClass">In any case; the quote's, or <c>standard</c>, if absent.</param>
    /// <param name="QuoteId">The quote you accept. It must be for the same trip.</param>
    /// <param name="PaymentMethodId">One of your payment methods; your default if absent.</param>
    internal sealed record Request(
        Place Pickup,
        Place Dropoff,
        string? VehicleClass,
        string? QuoteId,
        Guid? PaymentMethodId
    )
    {
        internal sealed class Validator : AbstractValidator<Request>
        {
            public Validator()
            {
                RuleFor(ride => ride.Pickup).OnTheMap();
                RuleFor(ride => ride.Dropoff).OnTheMap();
            }
        }
    }
}
