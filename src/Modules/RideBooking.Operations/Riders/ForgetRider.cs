using FluentValidation;
using MassTransit;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Routing;
using Microsoft.EntityFrameworkCore;
using RideBooking.Contracts;
using RideBooking.Contracts.Seams;
using RideBooking.EventLog.PersonalData;
using RideBooking.Platform.Http.Authentication;
using RideBooking.Platform.Http.OpenApi;
using RideBooking.Platform.Http.Problems;
using RideBooking.Platform.Http.Requests;
using RideBooking.Platform.Persistence;

namespace RideBooking.Operations.Riders;

/// <summary>
/// Forgets a rider: destroys the key of their personal data in the event log, and lets every module redact what it keeps.
/// </summary>
/// <remarks>One transaction: the event that the modules consume is published if, and only if, the key is destroyed.</remarks>
internal static class ForgetRider
{
    const int MaxRiderIdLength = 255;

    public static void Map(RouteGroupBuilder operators) =>
        operators
            .MapPost("/operations/riders/{riderId}/forget", Handle)
            .WithSummary("Forget a rider")
            .WithDescription(
                "The rider's addresses, coordinates and words in the event log become permanently unreadable, and every module "
                    + "redacts or deletes what it keeps within moments. Amounts, times and ids stay. Repeating it redacts what was "
                    + "stored since. 409 while a ride is open or not paid. 404 if nothing is known of the rider, because the id may be "
                    + "mistyped: a forgotten id cannot be used again. `evenIfUnknown` forgets it all the same."
            )
            .Refuses(StatusCodes.Status404NotFound, OperationsProblems.RiderNotFound)
            .Refuses(StatusCodes.Status409Conflict, OperationsProblems.RiderHasOpenRide, OperationsProblems.RiderOwes);

    static async Task<Results<Ok<View>, ProblemHttpResult>> Handle(
        Request request,
        Operator by,
        HttpRequest http,
        [FromServices] IRiderObligations? obligations,
        [FromServices] IRidesOfRider? rides,
        [FromServices] IPaymentMethods? methods,
        AppDbContext db,
        IPublishEndpoint publish,
        TimeProvider clock,
        CancellationToken cancellationToken
    )
    {
        var riderId = RiderId(http);
        if (riderId.Length > MaxRiderIdLength)
            return Problem.Validation("riderId", $"must have at most {MaxRiderIdLength} characters");
        var key = await db.Set<SubjectKey>().SingleOrDefaultAsync(row => row.Subject == riderId, cancellationToken);
        // Every rider with an event has a key.
        if (
            key is null
            && request.EvenIfUnknown != true
            && (rides is null || (await rides.List(riderId, cancellationToken)).Count == 0)
            && (methods is null || !await methods.HasAny(riderId, cancellationToken))
        )
            return OperationsProblems.NoSuchRider();
        switch (obligations is null ? null : await obligations.Of(riderId, cancellationToken))
        {
            case RiderObligation.OpenRide:
                return Problem.Conflict(OperationsProblems.RiderHasOpenRide, "A ride of the rider has not ended.");
            case RiderObligation.UnpaidRide:
                return Problem.Conflict(OperationsProblems.RiderOwes, "A ride of the rider is not paid yet.");
        }

        var now = clock.GetUtcNow();
        // Without a key so far, too: later events of the rider are then written redacted.
        if (key is null)
            db.Add(key = new SubjectKey { Subject = riderId, CreatedAt = now });
        (key.Key, key.ForgottenAt) = (null, key.ForgottenAt ?? now);
        db.Add(new OperatorAction(by.Id, OperatorActionNames.ForgetRider, request.Reason, now) { RiderId = riderId });
        // Published again by a repeat: a ride requested at the moment of the first request may have escaped it.
        await publish.Publish(new RiderForgotten(riderId, key.ForgottenAt.Value), cancellationToken);
        try
        {
            await db.SaveChangesAsync(cancellationToken);
        }
        catch (Exception conflict) when (DatabaseConflicts.IsConflict(conflict))
        {
            db.ChangeTracker.Clear();
            var other = await db.Set<SubjectKey>()
                .AsNoTracking()
                .SingleOrDefaultAsync(row => row.Subject == riderId, cancellationToken);
            if (other is { ForgottenAt: { } before })
                return TypedResults.Ok(new View(riderId, before));
            throw new DbUpdateConcurrencyException("The rider's first event was published meanwhile.", conflict);
        }
        return TypedResults.Ok(new View(riderId, key.ForgottenAt.Value));
    }

    // A route value keeps an escaped slash as it is, and an id may have one.
    static string RiderId(HttpRequest http)
    {
        var target = http.HttpContext.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget;
        // A server in memory has no raw target.
        var path = target.Length > 0 ? target.Split('?')[0] : http.Path.ToUriComponent();
        return Uri.UnescapeDataString(path.TrimEnd('/').Split('/')[^2]);
    }

    /// <param name="Reason">Why: for example, the number of the rider's request.</param>
    /// <param name="EvenIfUnknown">Whether to forget an id of which nothing is known.</param>
    internal sealed record Request(string Reason, bool? EvenIfUnknown)
    {
        internal sealed class Validator : AbstractValidator<Request>
        {
            public Validator() => RuleFor(request => request.Reason).Reason();
        }
    }

    /// <param name="RiderId">The rider.</param>
    /// <param name="ForgottenAt">When the key was destroyed.</param>
    internal sealed record View(string RiderId, DateTimeOffset ForgottenAt);
}
