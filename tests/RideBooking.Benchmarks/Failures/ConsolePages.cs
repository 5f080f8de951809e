using System.Diagnostics;
using Microsoft.Playwright;

namespace RideBooking.Benchmarks.Failures;

/// <summary>Measures how long an operator waits for pages of the console in a browser.</summary>
/// <remarks>
/// Each page is opened by its address, which includes the load of the document and of its scripts from the browser's cache, the
/// connection to the host and the requests to the API. A link within the console needs only the last.
/// </remarks>
/// <param name="address">The address of the host.</param>
/// <param name="browser">The path of Chromium.</param>
sealed class ConsolePages(Uri address, string browser)
{
    const int WarmUps = 2;
    const int Repetitions = 10;

    /// <summary>Opens pages and waits until they show their data.</summary>
    /// <param name="message">The id of a failed message.</param>
    /// <param name="ride">A ride with failed messages.</param>
    /// <param name="queue">A queue with failed messages.</param>
    /// <param name="measured">Called after each of them.</param>
    /// <param name="cancellationToken">Cancels the measurement between two pages.</param>
    public async Task<IReadOnlyList<PageTime>> Measure(
        string message,
        Guid ride,
        string queue,
        Action<string> measured,
        CancellationToken cancellationToken
    )
    {
        using var playwright = await Playwright.CreateAsync();
        // Chromium does not run as root with its sandbox. It opens only pages of this host.
        await using var chromium = await playwright.Chromium.LaunchAsync(
            new BrowserTypeLaunchOptions { ExecutablePath = browser, Args = ["--no-sandbox", "--disable-gpu"] }
        );
        var session = await chromium.NewContextAsync(
            new BrowserNewContextOptions
            {
                BaseURL = address.ToString(),
                ReducedMotion = ReducedMotion.Reduce,
                ViewportSize = new ViewportSize { Width = 1280, Height = 900 },
            }
        );
        var page = await session.NewPageAsync();
        await page.GotoAsync("console/sign-in");
        await page.GetByRole(AriaRole.Button, new() { Name = "Sign in" }).ClickAsync();
        await page.GetByRole(AriaRole.Heading, new() { Name = "Overview", Level = 1 }).WaitForAsync();

        string[] paths =
        [
            "console",
            "console/failed-messages",
            "console/failed-messages?by=rideStatus",
            "console/failed-messages/list",
            $"console/failed-messages/list?queue={queue}",
            $"console/failed-messages/list?rideId={ride}",
            $"console/failed-messages/{message}",
            "console/failed-messages/unsent",
            "console/alerts",
            "console/redrives",
            "console/endpoints",
            "console/subscriptions",
            "console/rides",
            "console/events",
            "console/schemas",
            "console/audit",
            "console/map",
        ];
        var times = new List<PageTime>();
        foreach (var path in paths)
        {
            var measurements = new List<TimeSpan>();
            for (var number = 0; number < WarmUps + Repetitions; number++)
            {
                cancellationToken.ThrowIfCancellationRequested();
                var started = Stopwatch.GetTimestamp();
                await Open(page, path);
                if (number >= WarmUps)
                    measurements.Add(Stopwatch.GetElapsedTime(started));
            }
            if (await page.GetByRole(AriaRole.Alert).CountAsync() > 0)
                throw new InvalidOperationException(
                    $"{path} shows a problem: {await page.GetByRole(AriaRole.Alert).First.TextContentAsync()}"
                );
            var size = await page.EvaluateAsync<int>("document.documentElement.outerHTML.length");
            var name = path.Replace(message, "{id}").Replace($"{ride}", "{ride}");
            times.Add(new PageTime(name, Latency.Of(measurements), size));
            measured(name);
        }
        return times;
    }

    static async Task Open(IPage page, string path)
    {
        try
        {
            await page.GotoAsync(path);
            await page.Locator("h1").First.WaitForAsync();
            await page.GetByLabel("Loading")
                .WaitForAsync(new LocatorWaitForOptions { State = WaitForSelectorState.Detached });
        }
        catch (TimeoutException)
        {
            throw new InvalidOperationException(
                $"{path} does not show its data, but: {await page.Locator("body").InnerTextAsync()}"
            );
        }
    }
}
