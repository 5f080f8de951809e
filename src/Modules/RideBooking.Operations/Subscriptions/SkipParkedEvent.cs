using FluentValidation;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Microsoft.EntityFrameworkCore;
using RideBooking.Contracts.Seams;
using RideBooking.EventLog.Subscriptions;
using RideBooking.Platform.Http.Authentication;
using RideBooking.Platform.Http.OpenApi;
using RideBooking.Platform.Http.Requests;
using RideBooking.Platform.Persistence;

namespace RideBooking.Operations.Subscriptions;

/// <summary>Skips a parked event permanently. It stays in the event log.</summary>
internal static class SkipParkedEvent
{
    public static void Map(RouteGroupBuilder operators) =>
        operators
            .MapPost("/operations/subscriptions/{name}/parked-events/{position:long}/skip", Handle)
            .WithSummary("Skip a parked event")
            .WithDescription("The subscription never applies it. The event stays in the event log.")
            .Refuses(StatusCodes.Status404NotFound, OperationsProblems.ParkedEventNotFound);

    static async Task<Results<Ok<ParkedEventView>, ProblemHttpResult>> Handle(
        string name,
        long position,
        Request request,
        Operator by,
        AppDbContext db,
        TimeProvider clock,
        CancellationToken cancellationToken
    )
    {
        var parked = await db.LiveParkedEvents()
            .SingleOrDefaultAsync(row => row.Subscription == name && row.Position == position, cancellationToken);
        if (parked is null)
            return OperationsProblems.NoSuchParkedEvent();
        var now = clock.GetUtcNow();
        db.Remove(parked);
        db.Add(
            new OperatorAction(by.Id, OperatorActionNames.SkipEvent, request.Reason, now)
            {
                Subscription = name,
                Position = position,
            }
        );
        try
        {
            await db.SaveChangesAsync(cancellationToken);
        }
        catch (DbUpdateConcurrencyException)
        {
            // A retry has applied it meanwhile.
            return OperationsProblems.NoSuchParkedEvent();
        }
        return TypedResults.Ok(ParkedEventView.Of(parked));
    }

    /// <param name="Reason">Why the event may be skipped.</param>
    internal sealed record Request(string Reason)
    {
        internal sealed class Validator : AbstractValidator<Request>
        {
            public Validator() => RuleFor(request => request.Reason).Reason();
        }
    }
}
