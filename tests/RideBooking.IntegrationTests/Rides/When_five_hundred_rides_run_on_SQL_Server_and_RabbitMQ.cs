namespace RideBooking.IntegrationTests.Rides;

// Part of the build only if RIDEBOOKING_TEST_SQLSERVER names a server, so that no test is skipped without one.

public sealed class When_five_hundred_rides_run_on_SQL_Server_and_RabbitMQ(BusyRideBookingOnSqlServer app)
    : BusyRideScenarios(app),
        IClassFixture<BusyRideBookingOnSqlServer>;
