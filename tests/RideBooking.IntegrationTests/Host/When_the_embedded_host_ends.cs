using System.Net;
using RideBooking.TestKit.Api;
using RideBooking.TestKit.Servers;

namespace RideBooking.IntegrationTests.Host;

/// <summary>The host as a process on SQLite: after it has ended, one file is the whole database.</summary>
public sealed class When_the_embedded_host_ends : IDisposable
{
    readonly string _folder = Directory.CreateTempSubdirectory("ridebooking-file-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task On_SIGTERM_its_file_can_be_copied()
    {
        string ride;
        await using (var host = await HostProcess.StartAsync(On("ridebooking.db")))
        {
            var city = CityOf(host);
            var (rider, driver) = (await city.Rider(), await city.DriverAt(City.Alexanderplatz));
            ride = await rider.Request(City.Alexanderplatz, City.Zoo);
            await driver.Drives(ride);
            await rider.SeesPayment(ride, "captured");
            Files().ShouldContain("ridebooking.db-wal", "it runs, and its last changes are in the write-ahead log");

            (await host.StopAsync()).ShouldBe(0, host.Output);

            Files().ShouldBe(["ridebooking.db"], host.Output);
        }

        File.Copy(Path.Combine(_folder, "ridebooking.db"), Path.Combine(_folder, "copy.db"));
        await using var copy = await HostProcess.StartAsync(On("copy.db"));
        var shown = await (await CityOf(copy).Operator()).Get($"rides/{ride}");
        shown.ShouldBe(HttpStatusCode.OK).Text("status").ShouldBe("completed");
    }

    [Fact]
    public async Task After_a_migration_its_file_can_be_copied()
    {
        var (exitCode, output) = await HostProcess.RunToEndAsync(On("ridebooking.db"), "migrate");

        exitCode.ShouldBe(0, output);
        Files().ShouldBe(["ridebooking.db"], output);
    }

    static City CityOf(HostProcess host) => new(() => new HttpClient { BaseAddress = host.Address });

    Dictionary<string, string> On(string file) =>
        new()
        {
            ["ASPNETCORE_ENVIRONMENT"] = "Development",
            ["ConnectionStrings__RideBooking"] = $"Data Source={Path.Combine(_folder, file)}",
        };

    IEnumerable<string> Files() => Directory.EnumerateFiles(_folder).Select(file => Path.GetFileName(file)).Order();
}
