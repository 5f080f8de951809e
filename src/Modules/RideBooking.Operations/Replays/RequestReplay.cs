using FluentValidation;
using MassTransit;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Microsoft.EntityFrameworkCore;
using RideBooking.Contracts.Seams;
using RideBooking.EventLog;
using RideBooking.EventLog.Subscriptions;
using RideBooking.Platform.Http.Authentication;
using RideBooking.Platform.Http.Idempotency;
using RideBooking.Platform.Http.OpenApi;
using RideBooking.Platform.Http.Problems;
using RideBooking.Platform.Http.Requests;
using RideBooking.Platform.Persistence;

namespace RideBooking.Operations.Replays;

/// <summary>Requests that a projection's rows are computed again from the event log, beside the live ones.</summary>
internal static class RequestReplay
{
    public static void Map(RouteGroupBuilder operators) =>
        operators
            .MapPost("/operations/replays", Handle)
            .WithSummary("Replay a projection")
            .WithDescription(
                "The rows are computed from the event log beside the live ones, which are shown meanwhile, and replace them when "
                    + "the replay has read as far. No consumer runs and nothing is sent. With `from` or `fromInstant`, the new "
                    + "rows contain only what happened since; by default they contain the whole log."
            )
            .Refuses(StatusCodes.Status404NotFound, OperationsProblems.SubscriptionNotFound)
            .Refuses(StatusCodes.Status409Conflict, OperationsProblems.ReplayRunning);

    static async Task<Results<Accepted<ReplayView>, ProblemHttpResult>> Handle(
        Request request,
        Operator by,
        IdempotentRequest attempt,
        IEnumerable<IProjection> projections,
        AppDbContext db,
        TimeProvider clock,
        CancellationToken cancellationToken
    )
    {
        if (projections.All(projection => projection.Name != request.Projection))
            return OperationsProblems.NoSuchSubscription();
        if (request is { From: not null, FromInstant: not null })
            return Problem.Validation("fromInstant", "must not be given together with from");
        var from = request.From ?? 0;
        if (request.FromInstant is { } text)
        {
            if (!Instant.TryParse(text, out var instant))
                return Problem.Validation("fromInstant", Instant.Expected);
            if (instant > clock.GetUtcNow())
                return Problem.Validation("fromInstant", "must not be in the future");
            from = await Before(db, instant.ToUniversalTime(), cancellationToken);
        }
        if (from > await db.LastPosition(cancellationToken))
            return Problem.Validation("from", "must be a position that the event log has reached");

        var id = attempt.IdFor("replay");
        if (await db.Set<Replay>().FindAsync([id], cancellationToken) is { } known)
            return await Accepted(known, db, cancellationToken);
        var now = clock.GetUtcNow();
        var replay = new Replay
        {
            Id = id,
            Projection = request.Projection,
            Generation = 1 + await LastGeneration(db, request.Projection, cancellationToken),
            Status = Replay.Running,
            From = from,
            RatePerSecond = request.RatePerSecond,
            RequestedBy = by.Id,
            Reason = request.Reason.Trim(),
            RequestedAt = now,
        };
        db.Add(replay);
        db.Add(
            new Subscription
            {
                Name = replay.Projection,
                Generation = replay.Generation,
                Position = from,
            }
        );
        db.Add(
            new OperatorAction(by.Id, OperatorActionNames.StartReplay, request.Reason, now)
            {
                Subscription = replay.Projection,
            }
        );
        try
        {
            await db.SaveChangesAsync(cancellationToken);
        }
        catch (DbUpdateException exception) when (DatabaseConflicts.IsDuplicateKey(exception))
        {
            return Problem.Conflict(
                OperationsProblems.ReplayRunning,
                "A replay of this projection is already running. Cancel it first."
            );
        }
        return await Accepted(replay, db, cancellationToken);
    }

    // The generation of a replay that is being deleted is not used again.
    static async Task<int> LastGeneration(AppDbContext db, string projection, CancellationToken cancellationToken) =>
        Math.Max(
            await db.Set<Subscription>()
                .Where(row => row.Name == projection)
                .MaxAsync(row => (int?)row.Generation, cancellationToken)
                ?? 1,
            await db.Set<Replay>()
                .Where(row => row.Projection == projection)
                .MaxAsync(row => (int?)row.Generation, cancellationToken)
                ?? 1
        );

    // Instants almost follow positions, so the first position at or after the instant is meant.
    static async Task<long> Before(AppDbContext db, DateTimeOffset instant, CancellationToken cancellationToken) =>
        await db.FirstPositionSince(instant, cancellationToken) - 1 ?? await db.LastPosition(cancellationToken);

    static async Task<Accepted<ReplayView>> Accepted(
        Replay replay,
        AppDbContext db,
        CancellationToken cancellationToken
    ) =>
        TypedResults.Accepted(
            $"/api/v1/operations/replays/{replay.Id}",
            await ReplayView.Of(replay, db, cancellationToken)
        );

    /// <param name="Projection">The projection: the name of a subscription.</param>
    /// <param name="From">The position after which to begin; 0, the default, for the whole log.</param>
    /// <param name="FromInstant">The instant at which to begin, RFC 3339, instead of a position.</param>
    /// <param name="RatePerSecond">The maximum number of events per second; no limit by default.</param>
    /// <param name="Reason">The reason for the replay.</param>
    internal sealed record Request(
        string Projection,
        long? From,
        string? FromInstant,
        int? RatePerSecond,
        string Reason
    )
    {
        const int MaxRate = 1_000_000;

        internal sealed class Validator : AbstractValidator<Request>
        {
            public Validator()
            {
                RuleFor(request => request.Projection).NotNull().Text(1, Subscription.MaxNameLength);
                RuleFor(request => request.From).GreaterThanOrEqualTo(0).WithMessage("must be a position, or 0");
                RuleFor(request => request.RatePerSecond)
                    .InclusiveBetween(1, MaxRate)
                    .WithMessage($"must be from 1 to {MaxRate}");
                RuleFor(request => request.Reason).Reason();
            }
        }
    }
}
