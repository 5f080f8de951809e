using FluentValidation;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Microsoft.EntityFrameworkCore;
using RideBooking.Contracts.Seams;
using RideBooking.EventLog.Subscriptions;
using RideBooking.Platform.Events.Subscriptions;
using RideBooking.Platform.Http.Authentication;
using RideBooking.Platform.Http.OpenApi;
using RideBooking.Platform.Http.Requests;
using RideBooking.Platform.Persistence;

namespace RideBooking.Operations.Subscriptions;

/// <summary>Starts a stopped subscription again, where it stopped.</summary>
internal static class StartSubscription
{
    public static void Map(RouteGroupBuilder operators) =>
        operators
            .MapPost("/operations/subscriptions/{name}/start", Handle)
            .WithSummary("Start a stopped subscription")
            .WithDescription(
                "It continues where it stopped, within seconds. If the cause remains, it stops again. A subscription that reads "
                    + "is not changed."
            )
            .Refuses(StatusCodes.Status404NotFound, OperationsProblems.SubscriptionNotFound);

    static async Task<Results<Accepted<SubscriptionView>, ProblemHttpResult>> Handle(
        string name,
        Request request,
        Operator by,
        IEnumerable<IProjection> projections,
        AppDbContext db,
        TimeProvider clock,
        CancellationToken cancellationToken
    )
    {
        var now = clock.GetUtcNow();
        if (projections.All(projection => projection.Name != name))
            return OperationsProblems.NoSuchSubscription();
        var stopped = await db.Set<Subscription>()
            .SingleOrDefaultAsync(
                row => row.Name == name && row.IsLive && row.StoppedBecause != null,
                cancellationToken
            );
        if (stopped is not null)
        {
            stopped.StoppedBecause = null;
            db.Add(
                new OperatorAction(by.Id, OperatorActionNames.StartSubscription, request.Reason, now)
                {
                    Subscription = name,
                }
            );
            await db.SaveChangesAsync(cancellationToken);
        }
        var states = await SubscriptionState.All(db, projections, cancellationToken);
        return TypedResults.Accepted(
            (string?)null,
            SubscriptionView.Of(states.Single(state => state.Name == name), now)
        );
    }

    /// <param name="Reason">Why the subscription can continue.</param>
    internal sealed record Request(string Reason)
    {
        internal sealed class Validator : AbstractValidator<Request>
        {
            public Validator() => RuleFor(request => request.Reason).Reason();
        }
    }
}
