using CsCheck;
using Microsoft.Extensions.Configuration;
using RideBooking.Matching;

namespace RideBooking.Tests.Matching;

public sealed class MatchingOptionsTests
{
    static readonly MatchingOptions s_defaults = MatchingOptions.Read(new ConfigurationBuilder().Build());

    [Theory]
    [InlineData(-5, 5)]
    [InlineData(0, 5)]
    [InlineData(9.9, 5)]
    [InlineData(10, 10)]
    [InlineData(20, 15)]
    [InlineData(100_000, 15)]
    public void The_radius_grows_in_steps_to_its_maximum(double seconds, double km) =>
        s_defaults.RadiusMeters(TimeSpan.FromSeconds(seconds)).ShouldBe(km * 1000);

    [Fact]
    public void Without_steps_the_radius_is_the_maximum_at_once()
    {
        var options = s_defaults with { WidenAfter = TimeSpan.Zero };

        options.RadiusMeters(TimeSpan.Zero).ShouldBe(15_000);
        options.FullyWidenedAfter.ShouldBe(TimeSpan.Zero);
    }

    [Fact]
    public void The_radius_never_shrinks_nor_exceeds_its_maximum() =>
        Gen.Select(Gen.Double[0.1, 500], Gen.Double[0.1, 500], Gen.Double[0, 600], Gen.Double[0, 600])
            .Sample(
                (initial, max, one, other) =>
                {
                    var options = s_defaults with { InitialRadiusKm = initial, MaxRadiusKm = max };
                    var (early, late) = (Math.Min(one, other), Math.Max(one, other));

                    var (before, after) = (
                        options.RadiusMeters(TimeSpan.FromSeconds(early)),
                        options.RadiusMeters(TimeSpan.FromSeconds(late))
                    );

                    before.ShouldBeLessThanOrEqualTo(after);
                    after.ShouldBeLessThanOrEqualTo(options.MaxRadiusMeters);
                    options.RadiusMeters(options.FullyWidenedAfter).ShouldBe(options.MaxRadiusMeters, 0.001);
                }
            );
}
