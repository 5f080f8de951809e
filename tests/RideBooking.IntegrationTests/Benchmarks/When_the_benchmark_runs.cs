using System.Text.Json;
using RideBooking.TestKit.Servers;

namespace RideBooking.IntegrationTests.Benchmarks;

/// <summary>Checks with a few rides that the benchmark drives, counts and checks them; its results are not judged here.</summary>
public sealed class When_the_benchmark_runs
{
    [Fact]
    public async Task It_drives_rides_counts_what_they_cost_and_finds_each_paid_once()
    {
        string[] few = ["--rides", "3", "--in-flight", "2", "--warm-up", "1", "--one-by-one", "1"];
        var output = await LocalCommand.RunAsync(
            ["dotnet", Assembly(), "rides", .. few, "--json"],
            [KeyValuePair.Create("HOME", Path.GetTempPath())]
        );

        var result = JsonSerializer.Deserialize<JsonElement>(output);
        result.GetProperty("breaches").GetArrayLength().ShouldBe(0);
        result.GetProperty("ridesPerSecond").GetDouble().ShouldBePositive();
        var ride = result.GetProperty("perRide");
        foreach (var count in new[] { "messagesSent", "messagesReceived", "transactions", "roundTrips" })
            ride.GetProperty(count).GetDouble().ShouldBePositive(count);
        ride.GetProperty("processorMilliseconds").GetProperty("host").GetDouble().ShouldBePositive();
    }

    internal static string Assembly()
    {
        var framework = new DirectoryInfo(AppContext.BaseDirectory);
        var configuration = framework.Parent!;
        return Path.Combine([
            configuration.Parent!.Parent!.Parent!.FullName,
            "RideBooking.Benchmarks",
            "bin",
            configuration.Name,
            framework.Name,
            "RideBooking.Benchmarks.dll",
        ]);
    }
}
