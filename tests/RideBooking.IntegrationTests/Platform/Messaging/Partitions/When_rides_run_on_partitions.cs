using RideBooking.TestKit.Api;
using RideBooking.TestKit.Scenarios;

namespace RideBooking.IntegrationTests.Platform.Messaging.Partitions;

/// <summary>The ride scenarios with divided endpoints.</summary>
[Collection(typeof(OnPartitions))]
public sealed class When_rides_run_on_partitions(PartitionedRideBooking app) : RideScenarios
{
    protected override City City => app.City;
}
