using RideBooking.TestKit.Api;
using RideBooking.TestKit.Scenarios;

namespace RideBooking.IntegrationTests.Rides;

/// <summary>The ride scenarios on PostgreSQL and RabbitMQ.</summary>
public sealed class When_rides_run_on_PostgreSQL_and_RabbitMQ(RideBookingOnPostgres app)
    : RideScenarios,
        IClassFixture<RideBookingOnPostgres>
{
    protected override City City => app.City;
}
