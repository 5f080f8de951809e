using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;
using RideBooking.TestKit.Api;
using RideBooking.TestKit.Benchmarks;
using RideBooking.TestKit.Servers;

namespace RideBooking.IntegrationTests.Demo;

/// <summary>The host with its simulated city, with redirected output: there is no terminal here.</summary>
public sealed class DemoModuleTests
{
    const string ErrorQueue = "compute-fare_error";

    [Fact]
    public async Task Breaks_on_request_and_after_a_redrive_every_ride_is_paid_exactly_once()
    {
        var settings = new Dictionary<string, string>
        {
            ["ASPNETCORE_ENVIRONMENT"] = "Development",
            ["Messaging__Retry"] = "00:00:00.05",
            ["Messaging__Redelivery"] = "00:00:00.2",
            ["Payments__RetryDelays"] = "00:00:00.2,00:00:00.2",
        };
        await using var host = await HostProcess.StartAsync(settings, "--demo", "--seed=7", "--pace=12", "--drivers=8");
        // The events read so far; the event log only grows.
        List<JsonElement> log = [];
        var operations = await new City(() => new HttpClient { BaseAddress = host.Address }).Operator();

        await Sees("PaymentCaptured", "OfferDeclined", "RideCancelled", "PaymentFailed", "DriverWentOnline");

        await Steer("broken", true);
        await WaitFor.TrueAsync(
            "messages in the error queue",
            async () => await Failed() >= 3,
            WaitFor.Limit,
            Evidence
        );
        await Steer("broken", false);
        var completed = Completed(await Log());
        completed.Count.ShouldBeGreaterThan(3);

        await WaitFor.TrueAsync("the error queue to be empty", Redriven, WaitFor.Limit, Evidence);
        IReadOnlyList<string> breaches = [];
        await WaitFor.TrueAsync(
            "every completed ride to be paid",
            async () => (breaches = EventLogInvariants.Breaches(await Log(), completed)).Count == 0,
            WaitFor.Limit,
            () => $"{string.Join('\n', breaches)}\n{Evidence()}"
        );

        await host.SaysAsync(" events/s | ");
        (await host.StopAsync()).ShouldBe(0, host.Output);
        host.Output.ShouldNotContain('\u001b');
        host.Output.ShouldNotContain("failed unexpectedly");

        string Evidence() => $"Seed 7. {host.Output}";

        async Task Steer(string what, bool on) =>
            (await operations.Put("demo", new JsonObject { [what] = on })).ShouldBe(HttpStatusCode.OK);

        Task Sees(params string[] types) =>
            WaitFor.TrueAsync(
                string.Join(", ", types),
                async () => (await Log()).Select(Type).ToHashSet().IsSupersetOf(types),
                WaitFor.Limit,
                Evidence
            );

        async Task<int> Failed() =>
            (await operations.Get("operations/error-queues")).Body!["items"]!
                .AsArray()
                .Where(queue => queue!["queue"]!.GetValue<string>() == ErrorQueue)
                .Sum(queue => queue!["count"]!.GetValue<int>());

        async Task<bool> Redriven()
        {
            if (await Failed() == 0)
                return true;
            var selection = new JsonObject { ["queue"] = ErrorQueue };
            await operations.Post(
                "operations/redrives",
                new JsonObject { ["selection"] = selection, ["reason"] = "Fixed" }
            );
            return false;
        }

        async Task<IReadOnlyList<JsonElement>> Log()
        {
            while (true)
            {
                var page = await operations.Get($"events?after={log.Count}&limit=1000");
                var events = JsonSerializer.Deserialize<JsonElement[]>(page.Body!["items"]!)!;
                if (events.Length == 0)
                    return log;
                log.AddRange(events);
            }
        }
    }

    [Theory]
    [InlineData(
        "--demo runs in Development only, and the environment is Production",
        "ASPNETCORE_ENVIRONMENT",
        "Production"
    )]
    [InlineData("--demo needs development tokens", "Auth__Authority", "https://login.example")]
    public async Task Is_refused_with_one_line_where_it_has_no_place(string line, string setting, string value)
    {
        var settings = new Dictionary<string, string> { ["ASPNETCORE_ENVIRONMENT"] = "Development", [setting] = value };

        var (exitCode, output) = await HostProcess.RunToEndAsync(settings, "--demo");

        exitCode.ShouldBe(2, output);
        output.ShouldStartWith(line);
        output.ShouldNotContain("Exception");
    }

    static HashSet<Guid> Completed(IEnumerable<JsonElement> log) =>
        [
            .. log.Where(envelope => Type(envelope) == "RideCompleted")
                .Select(envelope => envelope.GetProperty("payload").GetProperty("rideId").GetGuid()),
        ];

    static string Type(JsonElement envelope) => envelope.GetProperty("event_type").GetString()!;
}
