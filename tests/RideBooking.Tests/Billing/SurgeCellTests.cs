using CsCheck;
using RideBooking.Billing;

namespace RideBooking.Tests.Billing;

public sealed class SurgeCellTests
{
    static readonly SurgeOptions s_options = new(2m, TimeSpan.FromMinutes(5));

    static SurgeCell After(int minutes, int requests, int available, SurgeCell cell = default) =>
        Enumerable.Range(0, minutes).Aggregate(cell, (state, _) => state.Next(requests, available, s_options));

    [Theory]
    [InlineData(0, 0, 1.0)]
    [InlineData(1, 100, 1.0)]
    [InlineData(1, 10, 1.0)] // ten requests in ten minutes for ten drivers
    [InlineData(2, 10, 1.25)]
    [InlineData(3, 10, 1.5)]
    [InlineData(2, 0, 2.0)] // no driver counts as one
    [InlineData(100, 1, 2.0)] // the maximum
    public void Settles_on_a_factor_for_the_requests_per_driver(int requests, int available, double factor) =>
        After(120, requests, available).Factor.ShouldBe((decimal)factor);

    [Fact]
    public void Follows_slowly_and_falls_back()
    {
        After(1, 3, 10, After(60, 1, 10)).Factor.ShouldBe(1.05m);
        var risen = After(120, 3, 10);
        var half = After(5, 1, 10, risen);
        half.Factor.ShouldBeInRange(1.2m, 1.35m);
        After(60, 1, 10, risen).Factor.ShouldBeLessThanOrEqualTo(1.05m);
        After(120, 0, 10, risen).Factor.ShouldBe(1m);
    }

    [Fact]
    public void Is_not_raised_by_two_requests_alone() => After(1, 2, 0).Factor.ShouldBe(1m);

    [Fact]
    public void Does_not_go_back_and_forth_at_the_border_of_a_step()
    {
        var cell = After(120, 2, 10);
        var factors = new HashSet<decimal>();
        for (var minute = 0; minute < 60; minute++)
        {
            cell = cell.Next(2, minute % 2 == 0 ? 10 : 11, s_options);
            factors.Add(cell.Factor);
        }
        factors.ShouldHaveSingleItem();
    }

    static readonly Gen<(int Requests, int Available)[]> s_minutes = Gen.Select(Gen.Int[0, 50], Gen.Int[0, 50]).Array[
        1,
        60
    ];

    [Fact]
    public void Stays_in_steps_of_5_percent_up_to_the_maximum() =>
        Gen.Select(s_minutes, Gen.Int[100, 500])
            .Sample(
                (minutes, max) =>
                {
                    var options = s_options with { Max = max / 100m };
                    var cell = default(SurgeCell);
                    foreach (var (requests, available) in minutes)
                    {
                        cell = cell.Next(requests, available, options);
                        cell.Factor.ShouldBeInRange(1m, options.Max);
                        (cell.Factor * 100 % 5).ShouldBe(0m);
                    }
                }
            );

    // The hysteresis may keep a factor for less than a step.
    [Fact]
    public void Grows_with_demand_and_falls_with_supply() =>
        Gen.Select(s_minutes, Gen.Int[0, 20], Gen.Int[0, 20])
            .Sample(
                (minutes, more, fewer) =>
                {
                    var (calm, busy) = (default(SurgeCell), default(SurgeCell));
                    foreach (var (requests, available) in minutes)
                    {
                        calm = calm.Next(requests, available, s_options);
                        busy = busy.Next(requests + more, Math.Max(0, available - fewer), s_options);
                    }
                    busy.Factor.ShouldBeGreaterThanOrEqualTo(calm.Factor - 0.05m);
                }
            );
}
