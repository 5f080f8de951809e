using Microsoft.AspNetCore.Http.Json;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using RideBooking.Contracts;
using RideBooking.EventLog;
using RideBooking.Platform.Events;
using RideBooking.Platform.Persistence;

namespace RideBooking.Rides;

/// <summary>Compares the rides that the state machine stored with the fold of their events.</summary>
internal sealed class AuditRides(AppDbContext db, IOptions<JsonOptions> json) : IAuditedState
{
    public string FirstEvent => nameof(RideRequested);

    public async Task<IReadOnlyList<Guid>> List(Guid? after, int limit, CancellationToken cancellationToken)
    {
        var rides = db.Set<Ride>().AsNoTracking();
        if (after is { } last)
            rides = rides.Where(ride => ride.CorrelationId > last);
        return await rides
            .OrderBy(ride => ride.CorrelationId)
            .Select(ride => ride.CorrelationId)
            .Take(limit)
            .ToListAsync(cancellationToken);
    }

    public async Task<IReadOnlyList<StateComparison>> Compare(
        IReadOnlyCollection<Guid> ids,
        CancellationToken cancellationToken
    )
    {
        var rides = await db.Set<Ride>()
            .AsNoTracking()
            .Where(ride => ids.Contains(ride.CorrelationId))
            .ToDictionaryAsync(ride => ride.CorrelationId, cancellationToken);
        var names = ids.Select(id => id.ToString()).ToList();
        var (streams, unreadable) = await db.ReadStreams(names, cancellationToken);
        return
        [
            .. from id in ids
            // The audit names the archive.
            where !unreadable.Contains(id.ToString())
            let stream = streams[id.ToString()]
            let deviations = Deviations(stream, rides.GetValueOrDefault(id))
            where deviations.Count > 0
            select new StateComparison(id, stream.Count(), deviations),
        ];
    }

    IReadOnlyList<StateDeviation> Deviations(IEnumerable<LoggedEvent> events, Ride? actual)
    {
        try
        {
            return [.. Deviations(RideState.Of(events).Ride, actual)];
        }
        catch (Exception exception)
        {
            // A value that cannot be read does not end the audit.
            return [new StateDeviation("ride", "readable events and a readable ride", exception.Message)];
        }
    }

    IEnumerable<StateDeviation> Deviations(RideView? expected, Ride? actual)
    {
        if (expected is null && actual is null)
            return [];
        if (expected is null || actual is null)
            return [new StateDeviation("ride", expected?.Status.InApi(), actual?.Is().InApi())];
        var active = expected.Status < RideStatus.Completed;
        return CompareRide
            .Changes(expected, RideView.Of(actual), json.Value.SerializerOptions)
            .Select(change => new StateDeviation(
                change.Field,
                change.Before?.ToJsonString(),
                change.After?.ToJsonString()
            ))
            .Concat(Text("activeRiderId", active ? expected.RiderId : null, actual.ActiveRiderId))
            .Concat(Text("activeDriverId", active ? expected.DriverId : null, actual.ActiveDriverId));
    }

    static IEnumerable<StateDeviation> Text(string field, string? expected, string? actual) =>
        expected == actual ? [] : [new StateDeviation(field, expected, actual)];
}
