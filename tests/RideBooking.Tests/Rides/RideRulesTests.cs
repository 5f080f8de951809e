using CsCheck;
using Microsoft.Extensions.Configuration;
using RideBooking.Platform.Configuration;
using RideBooking.Rides;

namespace RideBooking.Tests.Rides;

public sealed class RideRulesTests
{
    static readonly DateTimeOffset s_start = new(2026, 1, 10, 10, 0, 0, TimeSpan.Zero);

    [Fact]
    public void Are_settings()
    {
        RideRules.Read(new ConfigurationBuilder().Build()).ShouldBe(RideLab.Rules);
        Read(
                ("Rides:MaxReassignments", "0"),
                ("Rides:RequireStartPin", "true"),
                ("Rides:OverdueAfter", "01:00:00"),
                ("Rides:SilentAfter", "00:05:00"),
                ("Rides:RiderMayEndAfter", "00:00:00")
            )
            .ShouldBe(
                new RideRules(0, true, TimeSpan.FromHours(1), TimeSpan.FromMinutes(5), RiderMayEndAfter: TimeSpan.Zero)
            );
        Should.Throw<ConfigurationException>(() => Read(("Rides:MaxReassignments", "-1")));
        Should.Throw<ConfigurationException>(() => Read(("Rides:OverdueAfter", "never")));
    }

    [Fact]
    public void A_ride_is_overdue_after_three_times_its_estimate_but_not_before_the_minimum() =>
        Gen.Int[0, 1_000_000]
            .Sample(seconds =>
            {
                var due = RideLab.Rules.OverdueAt(s_start, seconds);
                due.ShouldBeGreaterThanOrEqualTo(RideLab.Rules.OverdueAt(s_start, null));
                due.ShouldBeGreaterThanOrEqualTo(s_start.AddSeconds(3.0 * seconds));
                due.ShouldBeOneOf(s_start.AddHours(4), s_start.AddSeconds(3.0 * seconds));
            });

    static RideRules Read(params (string Key, string Value)[] settings) =>
        RideRules.Read(
            new ConfigurationBuilder()
                .AddInMemoryCollection(settings.ToDictionary(it => it.Key, it => (string?)it.Value))
                .Build()
        );
}
