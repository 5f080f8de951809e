namespace RideBooking.Matching;

/// <summary>Ranks the drivers who can be offered a ride: the nearest first, and among those equally near the fairest.</summary>
/// <remarks>
/// Drivers form groups: the nearest one and those who need less than the margin longer, then the nearest of the others, and so on.
/// Within a group a driver with fewer recent declines comes first, then the one who has been without a ride for longest. So
/// fairness never makes a pickup later by more than the margin.
/// </remarks>
internal static class Ranking
{
    /// <summary>Returns the drivers in the order in which they are offered the ride. It does not depend on their order before.</summary>
    public static IReadOnlyList<NearbyDriver> Rank(IEnumerable<NearbyDriver> drivers, TimeSpan margin)
    {
        var nearest = drivers
            .OrderBy(driver => driver.PickupEtaSeconds)
            .ThenBy(driver => driver.Meters)
            .ThenBy(driver => driver.DriverId, StringComparer.Ordinal)
            .ToList();
        var ranked = new List<NearbyDriver>(nearest.Count);
        while (ranked.Count < nearest.Count)
        {
            var first = nearest[ranked.Count];
            ranked.AddRange(
                nearest
                    .Skip(ranked.Count)
                    .TakeWhile(driver =>
                        driver == first || driver.PickupEtaSeconds - first.PickupEtaSeconds < margin.TotalSeconds
                    )
                    // The sort is stable: of equal drivers, the nearest stays first.
                    .OrderBy(driver => driver.RecentDeclines)
                    .ThenBy(driver => driver.IdleSince ?? DateTimeOffset.MaxValue)
                    .ToList()
            );
        }
        return ranked;
    }
}
