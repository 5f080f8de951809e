using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Hosting.Internal;
using RideBooking.Platform.Security;
using RideBooking.Rides;

namespace RideBooking.Tests.Rides;

public sealed class StartPinsTests
{
    static readonly Guid s_ride = Guid.CreateVersion7();

    readonly StartPins _pins = Pins(new string('k', 32));

    [Fact]
    public void Have_four_digits_and_are_the_same_on_every_host()
    {
        _pins.Of(s_ride).ShouldMatch("^[0-9]{4}$");
        Pins(new string('k', 32)).Of(s_ride).ShouldBe(_pins.Of(s_ride));
        _pins.Matches(s_ride, _pins.Of(s_ride)).ShouldBeTrue();
        foreach (var other in new[] { "", "12345", "abcd", _pins.Of(s_ride)[..3] })
            _pins.Matches(s_ride, other).ShouldBeFalse();
    }

    [Fact]
    public void Are_spread_over_all_rides_and_depend_on_the_secret()
    {
        var rides = Enumerable.Range(0, 1_000).Select(_ => Guid.CreateVersion7()).ToList();
        rides.Select(_pins.Of).Distinct().Count().ShouldBeGreaterThan(900);
        var others = Pins(new string('x', 32));
        rides.Count(ride => others.Of(ride) == _pins.Of(ride)).ShouldBeLessThan(10);
    }

    static StartPins Pins(string key) =>
        new(
            new ApplicationSecret(
                new ConfigurationBuilder()
                    .AddInMemoryCollection([new KeyValuePair<string, string?>("Quotes:SigningKey", key)])
                    .Build(),
                new HostingEnvironment { EnvironmentName = Environments.Production }
            )
        );
}
