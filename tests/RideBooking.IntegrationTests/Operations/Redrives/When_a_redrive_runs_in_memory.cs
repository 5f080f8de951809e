using Microsoft.Data.Sqlite;
using RideBooking.IntegrationTests.FaultInjection;
using RideBooking.TestKit.Api;
using RideBooking.TestKit.Servers;

namespace RideBooking.IntegrationTests.Operations.Redrives;

/// <summary>The embedded default as a process, whose queues are lost with it.</summary>
public sealed class When_a_redrive_runs_in_memory : IDisposable
{
    const int Rides = 7;
    const string ErrorQueue = "track-assignments_error";

    // track-assignments consumes the offer, the assignment and the end of each ride.
    const int Messages = Rides * 3;

    static readonly string[] s_tables = ["drivers_assignments", "drivers_ended_rides"];

    readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("ridebooking-redrive-");

    string ConnectionString => $"Data Source={Path.Combine(_folder.FullName, "ridebooking.db")};Pooling=False";

    [Fact]
    public async Task A_process_that_is_killed_halfway_neither_loses_nor_duplicates_messages()
    {
        var settings = new Dictionary<string, string>
        {
            ["ASPNETCORE_ENVIRONMENT"] = "Development",
            ["ConnectionStrings__RideBooking"] = ConnectionString,
            ["Messaging__Retry"] = "00:00:00.001",
            ["Messaging__Redelivery"] = "",
        };
        var first = await HostProcess.StartAsync(settings);
        var city = new City(() => new HttpClient { BaseAddress = first.Address });
        foreach (var table in s_tables)
            await Execute(
                $"CREATE TRIGGER bug_of_{table} BEFORE INSERT ON {table} BEGIN SELECT RAISE(ABORT, 'A bug.'); END"
            );
        for (var number = 0; number < Rides; number++)
        {
            var place = City.Place(52.5 + number, 13.4);
            var (driver, rider) = (await city.DriverAt(place), await city.Rider());
            await driver.Drives(await rider.Request(place, City.Place(52.5 + number, 13.5)));
        }
        var operations = await city.Operator();
        await operations.FindIn(ErrorQueue, Messages);
        foreach (var table in s_tables)
            await Execute($"DROP TRIGGER bug_of_{table}");

        var redrive = await operations.Redrive(ErrorQueue, ratePerSecond: 8);
        await operations.Until("a part to be sent", redrive, part => part.Body!["sent"]!.GetValue<int>() >= 6);
        await first.KillAsync();
        await first.DisposeAsync();
        // Its clock was an hour ahead: the next process does not wait for its claim to expire.
        var claimed = DateTime.UtcNow.AddHours(1);
        await Execute($"UPDATE operations_redrives SET claimed_until = '{claimed:yyyy-MM-dd HH:mm:ss.fffffff}Z'");

        await using var second = await HostProcess.StartInPlaceOfAsync(first, settings);
        var done = await operations.Until("the rest to be sent", redrive, part => part.Text("status") == "completed");
        done.Body!["sent"]!.GetValue<int>().ShouldBe(Messages, done.Body.ToJsonString());
        var database = new Database(sqlite: true, ConnectionString);
        await WaitFor.TrueAsync(
            "every ride to be recorded as offered, assigned and ended",
            async () =>
                await database.Count(
                    """
                    SELECT count(*) FROM {drivers.assignments} a JOIN {drivers.ended_rides} e ON e.ride_id = a.ride_id
                    WHERE a.expires_at IS NOT NULL AND a.assigned_at IS NOT NULL
                    """
                ) == Rides,
            WaitFor.Limit
        );
        await operations.FindIn(ErrorQueue, 0);
    }

    public void Dispose() => _folder.Delete(recursive: true);

    async Task Execute(string sql)
    {
        await using var connection = new SqliteConnection(ConnectionString);
        await connection.OpenAsync(TestContext.Current.CancellationToken);
        await using var command = connection.CreateCommand();
        command.CommandText = $"PRAGMA busy_timeout=30000; {sql}";
        await command.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
    }
}
