using RideBooking.Contracts;
using static RideBooking.Contracts.MeasuredDistance.Verdict;

namespace RideBooking.Tests.Contracts;

/// <summary>Checks measured distances between P and Q, which are 7.4 km apart in a straight line.</summary>
public sealed class MeasuredDistanceTests
{
    static readonly Place P = new(52.52, 13.405);
    static readonly Place Q = new(52.50, 13.30);
    static readonly Place Halfway = new(52.51, 13.3525);

    [Theory]
    [InlineData(-1, 900, TooShort)]
    [InlineData(0, 900, TooShort)]
    [InlineData(1_800, 900, TooShort)]
    [InlineData(1_900, 900, Plausible)] // the rider may have got out early
    [InlineData(9_700, 900, Plausible)]
    [InlineData(9_700, 0, Plausible)] // an implausible duration, but a plausible distance
    [InlineData(40_000, 3_600, Plausible)] // the rider wanted to go elsewhere
    [InlineData(40_000, 60, TooLong)]
    [InlineData(79_000, 7_200, Plausible)]
    [InlineData(80_000, 7_200, TooLong)]
    [InlineData(int.MaxValue, int.MaxValue, TooLong)]
    public void Without_a_position_only_absurd_distances_are_rejected(
        int meters,
        int seconds,
        MeasuredDistance.Verdict verdict
    ) => MeasuredDistance.Check(P, Q, end: null, meters, seconds).ShouldBe(verdict);

    [Fact]
    public void With_the_driver_at_the_dropoff_a_shorter_distance_is_impossible()
    {
        MeasuredDistance.Check(P, Q, Q, 5_500, 900).ShouldBe(TooShort);
        MeasuredDistance.Check(P, Q, Q, 6_000, 900).ShouldBe(Plausible);
    }

    [Fact]
    public void With_the_driver_on_the_way_the_distance_to_that_position_counts()
    {
        MeasuredDistance.Check(P, Q, Halfway, 4_000, 600).ShouldBe(Plausible);
        MeasuredDistance.Check(P, Q, Halfway, 2_000, 600).ShouldBe(TooShort);
        MeasuredDistance.Check(P, Q, P, 1, 10).ShouldBe(Plausible);
    }

    [Fact]
    public void A_distance_of_zero_is_missing_also_where_the_driver_is_still_at_the_pickup()
    {
        MeasuredDistance.Check(P, Q, P, 0, 10).ShouldBe(TooShort);
        MeasuredDistance.Check(P, P, P, 0, 10).ShouldBe(TooShort);
    }
}
