using System.Net;
using System.Text.Json.Nodes;
using Microsoft.Data.Sqlite;
using Microsoft.Playwright;
using RideBooking.IntegrationTests.Infrastructure;
using RideBooking.TestKit.Api;
using RideBooking.TestKit.Servers;

namespace RideBooking.IntegrationTests.Console;

/// <summary>
/// A host whose simulated city has driven rides and left failed messages, and then paused; and Debian's Chromium.
/// </summary>
public sealed class ConsoleHost : IAsyncLifetime
{
    const string Chromium = "/usr/bin/chromium";
    const string ErrorQueue = "compute-fare_error";

    readonly string _folder = Directory.CreateTempSubdirectory("ridebooking-console-").FullName;
    Exception? _absence;
    HostProcess? _host;
    IPlaywright? _playwright;
    IBrowser? _browser;

    public HostProcess Host => _absence is null ? _host! : throw _absence;

    /// <summary>Riders, drivers and operators who use the API.</summary>
    public City City => new(() => new HttpClient { BaseAddress = Host.Address });

    /// <summary>An operator who uses the API, beside the one who uses the console.</summary>
    public Person Operator { get; private set; } = default!;

    public string Database => Path.Combine(_folder, "ridebooking.db");

    public async ValueTask InitializeAsync() => _absence = await Servers.AbsenceOf(Start);

    async Task Start()
    {
        if (!File.Exists(Chromium))
            throw new ServerUnavailableException("Chromium is not installed: apt-get install chromium");
        var settings = new Dictionary<string, string>
        {
            ["ASPNETCORE_ENVIRONMENT"] = "Development",
            ["ConnectionStrings__RideBooking"] = $"Data Source={Database}",
            ["Messaging__Retry"] = "00:00:00.05",
            ["Messaging__Redelivery"] = "00:00:00.2",
        };
        var starting = HostProcess.StartAsync(settings, "--demo", "--seed=7", "--pace=12", "--drivers=8");
        _playwright = await Playwright.CreateAsync();
        // Debian's driver of Chromium starts it without a sandbox only for root's sake: the tests may run as root.
        _browser = await _playwright.Chromium.LaunchAsync(
            new BrowserTypeLaunchOptions { ExecutablePath = Chromium, Args = ["--no-sandbox", "--disable-gpu"] }
        );
        _host = await starting;
        Operator = await City.Operator();
        await Until("captured payments", "events?type=PaymentCaptured", page => Items(page) >= 5);
        await Steer("broken", true);
        await Until(
            "failed messages",
            $"operations/failed-messages?queue={ErrorQueue}&limit=100",
            page => Items(page) >= 5
        );
        await Steer("paused", true);
        await Steer("broken", false);
    }

    /// <summary>Opens a tab of a new browser session.</summary>
    public async Task<IPage> Open(int width = 1280, int height = 900, ColorScheme scheme = ColorScheme.Light)
    {
        _ = Host;
        var session = await _browser!.NewContextAsync(
            new BrowserNewContextOptions
            {
                BaseURL = Host.Address.ToString(),
                ViewportSize = new ViewportSize { Width = width, Height = height },
                ColorScheme = scheme,
                ReducedMotion = ReducedMotion.Reduce,
            }
        );
        session.SetDefaultTimeout((float)WaitFor.Limit.TotalMilliseconds);
        return await session.NewPageAsync();
    }

    /// <summary>Parks the log's first event for a subscription, as if it could not be applied.</summary>
    /// <returns>The event's position.</returns>
    public async Task<long> ParkAnEvent(string subscription)
    {
        await using var connection = new SqliteConnection($"Data Source={Database};Default Timeout=60");
        await connection.OpenAsync();
        await using var command = connection.CreateCommand();
        command.CommandText = """
            INSERT INTO event_log_parked_events
              (subscription, generation, position, event_id, event_type, version, stream_id, error, parked_at)
            SELECT s.name, s.generation, e.position, e.event_id, e.event_type, 1, e.stream_id, 'parked by a test', e.timestamp
            FROM event_log_subscriptions s, event_log_events e
            WHERE s.name = $subscription AND s.is_live AND e.position = 1
            """;
        command.Parameters.AddWithValue("$subscription", subscription);
        (await command.ExecuteNonQueryAsync()).ShouldBe(1);
        return 1;
    }

    /// <summary>Waits until the API answers as wanted.</summary>
    public Task<Answer> Until(string what, string path, Func<JsonNode, bool> wanted) =>
        Operator.Until(what, path, answer => answer.Status == HttpStatusCode.OK && wanted(answer.Body!));

    public static int Items(JsonNode page) => page["items"]!.AsArray().Count;

    async Task Steer(string what, bool on) =>
        (await Operator.Put("demo", new JsonObject { [what] = on })).ShouldBe(HttpStatusCode.OK);

    public async ValueTask DisposeAsync()
    {
        if (_browser is not null)
            await _browser.DisposeAsync();
        _playwright?.Dispose();
        if (_host is not null)
            await _host.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }
}
