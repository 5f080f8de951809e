using RideBooking.IntegrationTests.Infrastructure;
using RideBooking.Tests.Api;

namespace RideBooking.IntegrationTests.Rides;

// Part of the build only if RIDEBOOKING_TEST_SQLSERVER names a server, so that no test is skipped without one.

/// <summary>The named SQL Server and RabbitMQ.</summary>
public class RideBookingOnSqlServer(Servers servers) : RideBookingOn(servers)
{
    protected override string Provider => DatabaseProviders.SqlServer;

    protected override async Task Configure(Dictionary<string, string> settings)
    {
        var database = Servers.CreateMigratedDatabaseAsync(Provider);
        await UseRabbitMq(settings);
        settings["ConnectionStrings__RideBooking"] = await database;
    }
}

/// <summary>The ride scenarios on SQL Server and RabbitMQ.</summary>
public sealed class When_rides_run_on_SQL_Server_and_RabbitMQ(RideBookingOnSqlServer app)
    : RideScenarios,
        IClassFixture<RideBookingOnSqlServer>
{
    protected override City City => app.City;
}

public sealed class When_five_hundred_rides_run_on_SQL_Server_and_RabbitMQ(BusyRideBookingOnSqlServer app)
    : FiveHundredRides(app),
        IClassFixture<BusyRideBookingOnSqlServer>;

public sealed class BusyRideBookingOnSqlServer(Servers servers) : RideBookingOnSqlServer(servers)
{
    protected override string OfferTimeout => "00:01:00";

    protected override string SearchDeadline => "00:30:00";
}
