using Microsoft.Data.Sqlite;
using RideBooking.IntegrationTests.Infrastructure;
using RideBooking.Tests.Api;

namespace RideBooking.IntegrationTests.Operations;

/// <summary>The embedded default as a process, whose queues are lost with it.</summary>
public sealed class InMemoryRedriveTests : IDisposable
{
    const int Rides = 3;

    static readonly string[] s_expectedKinds =
    [
        "driverArrived",
        "driverAssigned",
        "fareFinalized",
        "paymentCaptured",
        "receiptIssued",
        "rideCompleted",
        "rideStarted",
    ];

    readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("ridebooking-redrive-");

    string Database => $"Data Source={Path.Combine(_folder.FullName, "ridebooking.db")};Pooling=False";

    [Fact]
    public async Task Whose_process_is_killed_halfway_neither_loses_nor_duplicates_messages()
    {
        var settings = new Dictionary<string, string>
        {
            ["ASPNETCORE_ENVIRONMENT"] = "Development",
            ["ConnectionStrings__RideBooking"] = Database,
            ["Messaging__Retry"] = "00:00:00.001",
            ["Messaging__Redelivery"] = "",
        };
        var first = await HostProcess.StartAsync(settings);
        var city = new City(() => new HttpClient { BaseAddress = first.Address });
        await Execute(
            "CREATE TRIGGER bug BEFORE INSERT ON notifications_notifications BEGIN SELECT RAISE(ABORT, 'A bug.'); END"
        );
        var riders = new List<Rider>();
        for (var number = 0; number < Rides; number++)
        {
            var place = City.Place(52.5 + number, 13.4);
            var (driver, rider) = (await city.DriverAt(place), await city.Rider());
            await driver.Drives(await rider.Request(place, City.Place(52.5 + number, 13.5)));
            riders.Add(rider);
        }
        var operations = await city.Operator();
        await operations.FindIn("notify-rider_error", Rides * s_expectedKinds.Length);
        await Execute("DROP TRIGGER bug");

        var redrive = await operations.Redrive("notify-rider_error", ratePerSecond: 8);
        await operations.Until("a part to be sent", redrive, part => part.Body!["sent"]!.GetValue<int>() >= 6);
        await first.KillAsync();
        await first.DisposeAsync();
        // Its clock was an hour ahead: the next process does not wait for its claim to expire.
        var claimed = DateTime.UtcNow.AddHours(1);
        await Execute($"UPDATE operations_redrives SET claimed_until = '{claimed:yyyy-MM-dd HH:mm:ss.fffffff}Z'");

        await using var second = await HostProcess.StartInPlaceOfAsync(first, settings);
        var done = await operations.Until("the rest to be sent", redrive, part => part.Text("status") == "completed");
        done.Body!["sent"]!.GetValue<int>().ShouldBe(Rides * s_expectedKinds.Length, done.Body.ToJsonString());
        foreach (var rider in riders)
        {
            var notifications = await rider.Until(
                "the rider's notifications to be complete",
                "riders/me/notifications?limit=100",
                list => Kinds(list).Count >= s_expectedKinds.Length
            );
            Kinds(notifications).ShouldBe(s_expectedKinds);
        }
        await operations.FindIn("notify-rider_error", 0);
    }

    public void Dispose() => _folder.Delete(recursive: true);

    static List<string> Kinds(Answer notifications) =>
        [
            .. notifications.Body!["items"]!
                .AsArray()
                .Select(item => item!["kind"]!.GetValue<string>())
                .Order(StringComparer.Ordinal),
        ];

    async Task Execute(string sql)
    {
        await using var connection = new SqliteConnection(Database);
        await connection.OpenAsync(TestContext.Current.CancellationToken);
        await using var command = connection.CreateCommand();
        command.CommandText = $"PRAGMA busy_timeout=30000; {sql}";
        await command.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
    }
}
