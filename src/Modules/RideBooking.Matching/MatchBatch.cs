using MassTransit;
using Microsoft.EntityFrameworkCore;
using RideBooking.Platform.Messaging;
using RideBooking.Platform.Persistence;

namespace RideBooking.Matching;

/// <summary>Says that a window has ended, in which rides were collected to be matched together.</summary>
/// <param name="Window">The end of the window, in UTC ticks. Every ride that waits sends it; the first one has an effect.</param>
internal sealed record AssignBatch(long Window);

/// <summary>Matches all waiting rides to drivers so that the drivers need the least time to all pickups together.</summary>
/// <remarks>
/// It locks no search and no driver: it sends a message for each match, whose consumer makes the offer as usual (<see
/// cref="OfferMatchedRide"/>). So a ride that has ended meanwhile, or a driver who was reserved, only loses this match. Each search
/// has a timer of its own, and takes part in a later batch until it has a driver.
/// </remarks>
[RepeatIsSafe("A window is matched once, and a match is only offered if ride and driver are still free.")]
internal sealed class MatchBatch(AppDbContext db, NearbyDrivers nearby, TimeProvider clock) : IConsumer<AssignBatch>
{
    // The time to assign grows with the cube; more rides are matched in groups, the longest waiting first.
    const int RidesPerGroup = 100;
    const int DriversPerRide = 10;

    public async Task Consume(ConsumeContext<AssignBatch> context)
    {
        var cancellationToken = context.CancellationToken;
        if (!await db.TryBeginBatch(context.Message.Window, cancellationToken))
            return;
        var open = await db.Set<Search>()
            .AsNoTracking()
            .Where(search => search.Status == SearchStatus.Searching)
            .OrderBy(search => search.RequestedAt)
            .ToListAsync(cancellationToken);
        var taken = new HashSet<string>(StringComparer.Ordinal);
        foreach (var group in open.Chunk(RidesPerGroup))
            await Match(group, taken, context);
    }

    async Task Match(Search[] searches, HashSet<string> taken, ConsumeContext context)
    {
        var found = new NearbyDrivers.Found[searches.Length];
        for (var ride = 0; ride < searches.Length; ride++)
            found[ride] = await nearby.Find(searches[ride], DriversPerRide, context.CancellationToken);

        var now = clock.GetUtcNow();
        var matches = Matches(found, taken);
        taken.UnionWith(matches.OfType<NearbyDriver>().Select(match => match.DriverId));
        for (var ride = 0; ride < searches.Length; ride++)
        {
            var (search, match) = (searches[ride], matches[ride]);
            (Guid, string)? offer = null;
            if (match is not null)
            {
                offer = (Guid.CreateVersion7(now), match.DriverId);
                await context.Publish(
                    new DriverMatched(search.RideId, offer.Value.Item1, match.DriverId, match.Meters)
                );
            }
            if (match is not null || search.FailedPolls < MatchAttempt.MaxRecorded)
                db.Add(MatchAttempt.Of(search, MatchTrigger.Batch, found[ride], offer, taken, now));
        }
    }

    /// <summary>Returns the driver for each ride, or null: as many as possible, with the least total time to the pickups.</summary>
    /// <param name="found">The drivers near each ride.</param>
    /// <param name="taken">The drivers who already have another ride.</param>
    internal static NearbyDriver?[] Matches(NearbyDrivers.Found[] found, IReadOnlySet<string> taken)
    {
        var eligible = found
            .Select(ride => ride.Eligible.Where(driver => !taken.Contains(driver.DriverId)).ToList())
            .ToList();
        var columns = eligible
            .SelectMany(drivers => drivers)
            .Select(driver => driver.DriverId)
            .Distinct()
            .Select((driverId, index) => (driverId, index))
            .ToDictionary(driver => driver.driverId, driver => driver.index);
        var costs = new int?[found.Length, columns.Count];
        for (var ride = 0; ride < found.Length; ride++)
            foreach (var driver in eligible[ride])
                costs[ride, columns[driver.DriverId]] = driver.PickupEtaSeconds;
        var assigned = MinimalCost.Assign(costs);
        return
        [
            .. eligible.Select((drivers, ride) => drivers.Find(driver => columns[driver.DriverId] == assigned[ride])),
        ];
    }
}
