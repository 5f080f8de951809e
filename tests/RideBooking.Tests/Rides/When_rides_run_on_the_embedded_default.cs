using RideBooking.TestKit.Api;
using RideBooking.TestKit.Scenarios;
using RideBooking.Tests.Host;

namespace RideBooking.Tests.Rides;

/// <summary>The ride scenarios on the embedded default, in virtual time.</summary>
public sealed class When_rides_run_on_the_embedded_default(CityLab lab) : RideScenarios, IClassFixture<CityLab>
{
    protected override City City => lab.City;
}
