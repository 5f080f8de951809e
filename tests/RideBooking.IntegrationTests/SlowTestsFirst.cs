using RideBooking.IntegrationTests.FaultInjection;
using RideBooking.IntegrationTests.Rides;
using Xunit.v3;

[assembly: TestCollectionOrderer(typeof(RideBooking.IntegrationTests.SlowTestsFirst))]

namespace RideBooking.IntegrationTests;

/// <summary>Those that take minutes.</summary>
public sealed class SlowTestsFirst()
    : SlowestFirst(
        typeof(When_a_fault_is_injected),
        typeof(OnServersToStop),
        typeof(When_five_hundred_rides_run_on_PostgreSQL_and_RabbitMQ),
        typeof(When_five_hundred_rides_run_on_the_embedded_default)
    );
