using CsCheck;
using RideBooking.Matching;

namespace RideBooking.Tests.Matching;

public sealed class RankingTests
{
    static readonly DateTimeOffset s_now = new(2026, 1, 10, 12, 0, 0, TimeSpan.Zero);
    static readonly TimeSpan s_margin = TimeSpan.FromSeconds(30);

    static readonly Gen<NearbyDriver[]> s_drivers = Gen.Select(
            Gen.Double[0, 3_000],
            Gen.Int[0, 600].Nullable(),
            Gen.Int[0, 3]
        )
        .Array[0, 12]
        .Select(drivers =>
            drivers
                .Select((driver, number) => Driver($"driver-{number:00}", driver.Item1, driver.Item2, driver.Item3))
                .ToArray()
        );

    static NearbyDriver Driver(string id, double meters, int? idleSeconds = null, int declines = 0) =>
        new(
            id,
            meters,
            s_now,
            idleSeconds is { } seconds ? s_now.AddSeconds(-seconds) : null,
            declines,
            Obstacle: null
        );

    static string[] Ranked(params NearbyDriver[] drivers) =>
        [.. Ranking.Rank(drivers, s_margin).Select(driver => driver.DriverId)];

    [Fact]
    public void The_nearest_comes_first() =>
        Ranked(Driver("far", 3_000, 900), Driver("near", 500), Driver("nearer", 300))
            .ShouldBe(["nearer", "near", "far"]);

    [Fact]
    public void Of_drivers_equally_near_the_one_without_a_ride_for_longest_comes_first() =>
        Ranked(Driver("short", 1_000, 60), Driver("long", 1_150, 600), Driver("new", 1_000))
            .ShouldBe(["long", "short", "new"]);

    [Fact]
    public void Beyond_the_margin_the_distance_decides_however_long_another_has_waited() =>
        Ranked(Driver("short", 1_000, 60), Driver("long", 1_200, 36_000)).ShouldBe(["short", "long"]);

    [Fact]
    public void Recent_declines_count_more_than_the_time_without_a_ride() =>
        Ranked(Driver("declines", 1_000, 600, declines: 2), Driver("answers", 1_100, 60))
            .ShouldBe(["answers", "declines"]);

    [Fact]
    public void Without_a_margin_only_the_way_counts() =>
        Ranking
            .Rank([Driver("idle", 1_010, 600), Driver("near", 1_000, 60, declines: 3)], TimeSpan.Zero)
            .Select(driver => driver.DriverId)
            .ShouldBe(["near", "idle"]);

    [Fact]
    public void Every_driver_is_ranked_once_in_whatever_order_they_are_found() =>
        Gen.Select(s_drivers, Gen.Int)
            .Sample(
                (drivers, seed) =>
                {
                    var shuffled = drivers.ToArray();
                    new Random(seed).Shuffle(shuffled);

                    var ranked = Ranking.Rank(drivers, s_margin);

                    ranked.ShouldBe(drivers, ignoreOrder: true);
                    Ranking.Rank(shuffled, s_margin).ShouldBe(ranked);
                }
            );

    [Fact]
    public void Fairness_never_makes_the_pickup_later_by_the_margin() =>
        s_drivers.Sample(drivers =>
        {
            if (drivers.Length == 0)
                return;
            var best = drivers.Min(driver => driver.PickupEtaSeconds);
            (Ranking.Rank(drivers, s_margin)[0].PickupEtaSeconds - best).ShouldBeLessThan((int)s_margin.TotalSeconds);
        });

    [Fact]
    public void The_first_one_is_the_fairest_of_those_within_the_margin() =>
        s_drivers.Sample(drivers =>
        {
            if (drivers.Length == 0)
                return;
            var best = drivers.Min(driver => driver.PickupEtaSeconds);
            var near = drivers.Where(driver => driver.PickupEtaSeconds - best < s_margin.TotalSeconds).ToList();

            var first = Ranking.Rank(drivers, s_margin)[0];

            first.RecentDeclines.ShouldBe(near.Min(driver => driver.RecentDeclines));
            near.Where(driver => driver.RecentDeclines == first.RecentDeclines)
                .ShouldAllBe(driver => Idle(driver) >= Idle(first));
        });

    static DateTimeOffset Idle(NearbyDriver driver) => driver.IdleSince ?? DateTimeOffset.MaxValue;
}
