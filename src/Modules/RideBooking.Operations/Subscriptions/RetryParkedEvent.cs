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

/// <summary>Requests another attempt to apply a parked event. The host that reads the subscription makes it.</summary>
internal static class RetryParkedEvent
{
    public static void Map(RouteGroupBuilder operators) =>
        operators
            .MapPost("/operations/subscriptions/{name}/parked-events/{position:long}/retry", Handle)
            .WithSummary("Retry a parked event")
            .WithDescription(
                "The host that reads the subscription makes the attempt within seconds. The event leaves the list when it "
                    + "succeeds; otherwise it stays, with the new error and no `retryRequestedAt`."
            )
            .Refuses(StatusCodes.Status404NotFound, OperationsProblems.ParkedEventNotFound);

    static async Task<Results<Accepted<ParkedEventView>, ProblemHttpResult>> Handle(
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
        if (parked.RetryRequestedAt is null)
        {
            var now = clock.GetUtcNow();
            parked.RetryRequestedAt = now;
            db.Add(
                new OperatorAction(by.Id, OperatorActionNames.RetryEvent, request.Reason, now)
                {
                    Subscription = name,
                    Position = position,
                }
            );
            await db.SaveChangesAsync(cancellationToken);
        }
        return TypedResults.Accepted((string?)null, ParkedEventView.Of(parked));
    }

    /// <param name="Reason">Why the event can be applied now.</param>
    internal sealed record Request(string Reason)
    {
        internal sealed class Validator : AbstractValidator<Request>
        {
            public Validator() => RuleFor(request => request.Reason).Reason();
        }
    }
}
