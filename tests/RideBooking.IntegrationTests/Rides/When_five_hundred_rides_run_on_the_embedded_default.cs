namespace RideBooking.IntegrationTests.Rides;

public sealed class When_five_hundred_rides_run_on_the_embedded_default(BusyRideBookingOnSqlite app)
    : BusyRideScenarios(app),
        IClassFixture<BusyRideBookingOnSqlite>;
