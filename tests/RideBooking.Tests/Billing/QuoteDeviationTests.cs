using RideBooking.Billing;

namespace RideBooking.Tests.Billing;

/// <summary>A quote of 10 km in 25 minutes covers 20 % more or less of either.</summary>
public sealed class QuoteDeviationTests
{
    const int QuotedMeters = 10_000;
    const int QuotedSeconds = 1500;

    [Theory]
    [InlineData(10_000, 1500, false, false)]
    [InlineData(12_000, 1500, false, false)]
    [InlineData(12_001, 1500, true, false)]
    [InlineData(8_000, 1500, false, false)]
    [InlineData(7_999, 1500, false, true)]
    [InlineData(10_000, 1800, false, false)]
    [InlineData(10_000, 1801, true, false)]
    [InlineData(10_000, 1200, false, false)]
    [InlineData(10_000, 1199, false, true)]
    [InlineData(10_000, 143, false, true)]
    [InlineData(10_000, 142, false, false)] // faster than any vehicle: the time is wrong
    [InlineData(7_999, 1801, true, true)]
    [InlineData(12_001, 1199, true, true)]
    [InlineData(null, 1500, false, false)]
    [InlineData(null, 1801, true, false)]
    [InlineData(int.MaxValue, int.MaxValue, true, false)]
    public void Is_more_than_20_percent(int? meters, int seconds, bool isLonger, bool isShorter) =>
        QuoteDeviation
            .None.WithDistance(meters, QuotedMeters)
            .WithTime(seconds, QuotedSeconds, meters ?? QuotedMeters)
            .ShouldBe(new QuoteDeviation(isLonger, isShorter));

    [Theory]
    [InlineData(900, false, false)] // five minutes more than ten, because of lights and traffic
    [InlineData(901, true, false)]
    [InlineData(300, false, false)]
    [InlineData(299, false, true)]
    public void Of_time_is_more_than_five_minutes(int seconds, bool isLonger, bool isShorter) =>
        QuoteDeviation.None.WithTime(seconds, 600, 5000).ShouldBe(new QuoteDeviation(isLonger, isShorter));

    [Fact]
    public void Is_not_known_without_a_quoted_distance_or_time() =>
        QuoteDeviation.None.WithDistance(90_000, null).WithTime(9000, null, 90_000).ShouldBe(QuoteDeviation.None);
}
