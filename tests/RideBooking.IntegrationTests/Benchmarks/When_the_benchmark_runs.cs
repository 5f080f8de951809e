using System.Text.Json;
using RideBooking.TestKit.Servers;

namespace RideBooking.IntegrationTests.Benchmarks;

/// <summary>Checks with a few rides and messages that the benchmarks drive, count and check; their results are not judged here.</summary>
public sealed class When_the_benchmark_runs
{
    // It starts two servers and a host, and other tests run beside it.
    static readonly TimeSpan s_limit = TimeSpan.FromMinutes(10);

    [Fact]
    public async Task It_drives_rides_counts_what_they_cost_and_finds_each_paid_once()
    {
        string[] few = ["--rides", "3", "--in-flight", "2", "--warm-up", "1", "--one-by-one", "1"];
        var output = await LocalCommand.RunAsync(
            ["dotnet", Assembly(), "rides", .. few, "--json"],
            [KeyValuePair.Create("HOME", Path.GetTempPath())],
            s_limit
        );

        var result = JsonSerializer.Deserialize<JsonElement>(output);
        result.GetProperty("breaches").GetArrayLength().ShouldBe(0);
        result.GetProperty("ridesPerSecond").GetDouble().ShouldBePositive();
        var ride = result.GetProperty("perRide");
        foreach (var count in new[] { "messagesSent", "messagesReceived", "transactions", "roundTrips" })
            ride.GetProperty(count).GetDouble().ShouldBePositive(count);
        ride.GetProperty("processorMilliseconds").GetProperty("host").GetDouble().ShouldBePositive();
    }

    [Fact]
    public async Task It_fails_redrives_discards_and_repairs_messages_and_loses_none()
    {
        string[] few =
        [
            .. new[] { "--rides", "3", "--in-flight", "2", "--warm-up", "1", "--rounds", "1", "--seconds", "2" },
            .. new[] { "--failures-per-second", "100", "--stored", "1200" },
            .. new[] { "--redriven", "20", "--discarded", "20", "--repaired", "20" },
            .. new[] { "--browser", "/usr/bin/chromium" },
        ];
        var output = await LocalCommand.RunAsync(
            ["dotnet", Assembly(), "failures", .. few, "--json"],
            [KeyValuePair.Create("HOME", Path.GetTempPath())],
            s_limit
        );

        var result = JsonSerializer.Deserialize<JsonElement>(output);
        result.GetProperty("breaches").GetArrayLength().ShouldBe(0);
        result.GetProperty("atPace")[0].GetProperty("ingest").GetProperty("published").GetInt32().ShouldBe(200);
        result.GetProperty("pages").GetArrayLength().ShouldBe(14);
        result.GetProperty("consolePages").GetArrayLength().ShouldBe(17);
        foreach (var action in result.GetProperty("actions").EnumerateArray())
            action.GetProperty("perSecond").GetDouble().ShouldBePositive(action.ToString());
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
