using System.Globalization;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using RideBooking.IntegrationTests.Infrastructure;
using RideBooking.TestKit.Api;
using RideBooking.TestKit.Servers;

namespace RideBooking.IntegrationTests.Documentation;

/// <summary>The commands and the reader in Python of docs/event-log.md, on the servers that the first command starts.</summary>
public sealed partial class When_the_event_log_is_read_from_RabbitMQ : IAsyncDisposable
{
    const string Section = "Read it from RabbitMQ";

    // The checkout that the servers belong to. It also holds the reader.
    readonly string _checkout = Directory.CreateTempSubdirectory("ridebooking-checkout-").FullName;

    [Fact]
    public async Task The_reader_of_the_page_prints_every_event_and_continues_where_it_was_killed()
    {
        await Servers.OrSkipAsync("RabbitMQ and pika", AreInstalled);
        var page = await Page.Read("docs/event-log.md");
        var shell = page.Blocks("sh", Section);
        shell.Count.ShouldBe(2);
        var commands = shell[0].Split('\n', StringSplitOptions.RemoveEmptyEntries);
        commands.Length.ShouldBe(3);

        var settings = await SettingsOf(commands[0]);
        var (exitCode, output) = await HostProcess.RunToEndAsync(settings, ArgumentsOf(commands[1]));
        exitCode.ShouldBe(0, output);
        await using var host = await HostProcess.StartAsync(settings, ArgumentsOf(commands[2]));

        var reader = page.Blocks("python", Section).ShouldHaveSingleItem();
        var file = FileName().Match(reader).Groups[1].Value;
        await File.WriteAllTextAsync(Path.Combine(_checkout, file), reader, TestContext.Current.CancellationToken);
        var (city, lines) = (new City(() => new HttpClient { BaseAddress = host.Address }), new List<string>());
        for (var run = 0; run < 2; run++)
        {
            await Ride(city);
            await using var reading = SupervisedProcess.Start(
                shell[1].Trim().Split(' '),
                settings,
                lastSignal: "KILL",
                workingDirectory: _checkout
            );
            await WaitFor.TrueAsync(
                "the reader to print the whole log",
                async () =>
                    reading.HasExited
                        ? throw new InvalidOperationException($"The reader ended. {reading.Output}")
                        : PositionOf(reading.Output.TrimEnd().Split('\n')[^1]) == (await Events(city)).Count,
                WaitFor.Limit,
                () => reading.Output + host.Output
            );
            await reading.EndAsync("KILL");
            // The shell around the reader adds that it was killed.
            lines.AddRange(reading.Output.Split('\n').Where(line => PositionOf(line) > 0));
        }

        var events = await Events(city);
        // Killed between handling an event and storing its position, the reader handles it twice.
        lines = [.. lines.Distinct()];
        lines.Count.ShouldBe(events.Count);
        foreach (var (line, item) in lines.Zip(events.Select(item => item!)))
        {
            var printed = line.Split(' ', 4);
            printed[0].ShouldBe(item["position"]!.ToString());
            printed[1].ShouldBe(item["event_type"]!.ToString());
            printed[2].ShouldBe(item["stream_id"]!.ToString());
            JsonNode.DeepEquals(JsonNode.Parse(printed[3]), item).ShouldBeTrue(line);
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (Directory.Exists(Path.Combine(_checkout, "infra")))
            await LocalCommand.RunAsync(["bash", Path.Combine(_checkout, "infra", "dev-servers.sh"), "delete"], []);
        Directory.Delete(_checkout, recursive: true);
    }

    static async Task<string> AreInstalled()
    {
        LocalBinaries.Require("rabbitmq-server", "/usr/lib/rabbitmq/bin");
        if (!Directory.Exists("/usr/lib/postgresql"))
            throw new ServerUnavailableException("infra/dev-servers.sh needs PostgreSQL as an installed package");
        try
        {
            return await LocalCommand.RunAsync([LocalBinaries.Require("python3", "/usr/bin"), "-c", "import pika"], []);
        }
        catch (InvalidOperationException)
        {
            throw new ServerUnavailableException("the package python3-pika is not installed");
        }
    }

    /// <summary>Runs the command that starts servers, in a checkout that has them for itself.</summary>
    /// <returns>The settings that the command leaves in its shell.</returns>
    async Task<Dictionary<string, string>> SettingsOf(string command)
    {
        Directory.CreateDirectory(Path.Combine(_checkout, "infra"));
        const string script = "infra/dev-servers.sh";
        File.Copy(Path.Combine(Page.Repository, script), Path.Combine(_checkout, script));
        var variables = await LocalCommand.RunAsync(["bash", "-euc", $"cd {_checkout}\n{command}\nenv"], []);
        var settings = variables
            .Split('\n')
            .Where(variable => variable.Contains("__", StringComparison.Ordinal))
            .Select(variable => variable.Split('=', 2))
            .ToDictionary(variable => variable[0], variable => variable[1]);
        settings.Count.ShouldBe(4, variables);
        settings["ASPNETCORE_ENVIRONMENT"] = "Development";
        return settings;
    }

    static string[] ArgumentsOf(string command)
    {
        var host = HostCommand().Match(command);
        host.Success.ShouldBeTrue(command);
        return host.Groups[1].Value.Split(' ');
    }

    static async Task Ride(City city)
    {
        var (rider, driver) = (await city.Rider(), await city.DriverAt(City.Alexanderplatz));
        var ride = await rider.Request(City.Alexanderplatz, City.Zoo);
        await driver.Drives(ride);
        await rider.SeesPayment(ride, "captured");
    }

    static async Task<JsonArray> Events(City city) =>
        (await (await city.Operator()).Get("events?limit=500")).Body!["items"]!.AsArray();

    static long PositionOf(string line) =>
        long.TryParse(line.Split(' ')[0], NumberStyles.None, CultureInfo.InvariantCulture, out var position)
            ? position
            : 0;

    [GeneratedRegex(@"^# (\w+\.py): ")]
    private static partial Regex FileName();

    [GeneratedRegex("^dotnet run --project src/RideBooking.Host -- (.+)$")]
    private static partial Regex HostCommand();
}
