using Npgsql;

namespace RideBooking.IntegrationTests.Rides;

public sealed class When_five_hundred_rides_run_on_PostgreSQL_and_RabbitMQ(BusyRideBookingOnPostgres app)
    : BusyRideScenarios(app),
        IClassFixture<BusyRideBookingOnPostgres>
{
    // PostgreSQL rightly scans small tables. A statement per ride that still scans thousands of rows has read every row some
    // hundred times by now.
    protected override async Task ReadNoHistory()
    {
        await using var database = new NpgsqlConnection(app.ConnectionString);
        await database.OpenAsync();
        await using var command = database.CreateCommand();
        command.CommandText = """
            SELECT format('%s.%s: %s rows, %s read by scans', schemaname, relname, n_live_tup, seq_tup_read)
            FROM pg_stat_user_tables WHERE n_live_tup > 1000 AND seq_tup_read > 100 * n_live_tup
            """;
        List<string> scanned = [];
        await using var reader = await command.ExecuteReaderAsync();
        while (await reader.ReadAsync())
            scanned.Add(reader.GetString(0));
        scanned.ShouldBeEmpty();
    }
}
