using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Microsoft.EntityFrameworkCore;
using RideBooking.Contracts;
using RideBooking.Platform.Http.Problems;
using RideBooking.Platform.Http.Requests;
using RideBooking.Platform.Persistence;

namespace RideBooking.Rides;

/// <summary>Lists rides of all riders, for operators, by status, by flag and by whether they are stuck.</summary>
internal static class ListAllRides
{
    public static void Map(RouteGroupBuilder operators) =>
        operators
            .MapGet("/operations/rides", Handle)
            .WithSummary("List the rides of all riders, newest first")
            .WithDescription(
                "Filter by status (state=inProgress; for riders and drivers the parameter is status), by whether operators should review them (flagged=true or flagged=false; each "
                    + "ride's flags say why), and by whether a ride has been in its state for longer than it should or has lost its "
                    + "driver (stuck=true)."
            );

    static async Task<Results<Ok<Page<RideView>>, ProblemHttpResult>> Handle(
        string? state,
        bool? flagged,
        bool? stuck,
        PageRequest page,
        AppDbContext db,
        StuckRides stuckRides,
        TimeProvider clock,
        CancellationToken cancellationToken
    )
    {
        var rides = db.Set<Ride>().AsNoTracking();
        if (state is not null)
        {
            if (!RideStatuses.Spellings.Contains(state))
                return Problem.Validation("state", $"must be one of: {string.Join(", ", RideStatuses.Spellings)}");
            var status = Enum.Parse<RideStatus>(state, ignoreCase: true).ToString();
            rides = rides.Where(ride => ride.Status == status);
        }
        if (flagged is { } wanted)
            rides = rides.Where(ride => ride.FlaggedAt != null == wanted);
        if (stuck is true)
            rides = rides.Where(stuckRides.At(db, clock.GetUtcNow()));
        if (page.TryAfter<(DateTimeOffset At, Guid Id)>(out var last))
            rides = rides.Where(ride =>
                ride.RequestedAt < last.At || (ride.RequestedAt == last.At && ride.CorrelationId < last.Id)
            );
        var rows = await rides
            .OrderByDescending(ride => ride.RequestedAt)
            .ThenByDescending(ride => ride.CorrelationId)
            .Take(page.Fetch)
            .ToListAsync(cancellationToken);
        return TypedResults.Ok(page.Of(rows, ride => (ride.RequestedAt, ride.CorrelationId), RideView.Of));
    }
}
