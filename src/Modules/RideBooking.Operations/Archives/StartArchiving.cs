using FluentValidation;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Routing;
using Microsoft.EntityFrameworkCore;
using RideBooking.Contracts.Seams;
using RideBooking.EventLog.Archives;
using RideBooking.Platform.Http.Authentication;
using RideBooking.Platform.Http.OpenApi;
using RideBooking.Platform.Http.Problems;
using RideBooking.Platform.Http.Requests;
using RideBooking.Platform.Persistence;

namespace RideBooking.Operations.Archives;

/// <summary>Lets a host archive finished streams now, and not only after the pause between two runs.</summary>
internal static class StartArchiving
{
    public static void Map(RouteGroupBuilder operators) =>
        operators
            .MapPost("/operations/archives", Handle)
            .WithSummary("Archive finished rides now")
            .WithDescription(
                "A host begins within a minute, instead of an hour after the last run. It archives what it would archive then: rides "
                    + "that are old enough, a hundred at a time. 409 if archives are off (`EventLog:ArchiveAfter`)."
            )
            .Refuses(StatusCodes.Status409Conflict, OperationsProblems.ArchivingOff);

    static async Task<Results<Accepted<View>, ProblemHttpResult>> Handle(
        Request request,
        Operator by,
        [FromServices] Archiver? archiver,
        AppDbContext db,
        TimeProvider clock,
        CancellationToken cancellationToken
    )
    {
        if (archiver is null)
            return Problem.Conflict(
                OperationsProblems.ArchivingOff,
                "Archives are off. Set EventLog:ArchiveAfter to how old a ride must be."
            );
        var now = clock.GetUtcNow();
        // Recorded before it is executed, so that no crash hides it.
        db.Add(new OperatorAction(by.Id, OperatorActionNames.ArchiveRides, request.Reason, now));
        await db.SaveChangesAsync(cancellationToken);
        // While a host archives, the time is that of its lease.
        await db.Set<ArchiverState>()
            .Where(row => row.ArchiveId == null && row.DueAt > now)
            .ExecuteUpdateAsync(set => set.SetProperty(row => row.DueAt, now), cancellationToken);
        var state = await db.Set<ArchiverState>().AsNoTracking().SingleAsync(cancellationToken);
        return TypedResults.Accepted(
            "/api/v1/operations/archives",
            new View(state.Position, state.ArchiveId is not null)
        );
    }

    /// <param name="Reason">Why not later.</param>
    internal sealed record Request(string Reason)
    {
        internal sealed class Validator : AbstractValidator<Request>
        {
            public Validator() => RuleFor(request => request.Reason).Reason();
        }
    }

    /// <param name="Position">Streams that end before this position have been examined.</param>
    /// <param name="IsRunning">Whether a host archives at this moment.</param>
    internal sealed record View(long Position, bool IsRunning);
}
