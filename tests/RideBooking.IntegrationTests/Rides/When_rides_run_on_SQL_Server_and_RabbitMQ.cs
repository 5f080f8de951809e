using RideBooking.TestKit.Api;
using RideBooking.TestKit.Scenarios;

namespace RideBooking.IntegrationTests.Rides;

// Part of the build only if RIDEBOOKING_TEST_SQLSERVER names a server, so that no test is skipped without one.

/// <summary>The ride scenarios on SQL Server and RabbitMQ.</summary>
public sealed class When_rides_run_on_SQL_Server_and_RabbitMQ(RideBookingOnSqlServer app)
    : RideScenarios,
        IClassFixture<RideBookingOnSqlServer>
{
    protected override City City => app.City;
}
