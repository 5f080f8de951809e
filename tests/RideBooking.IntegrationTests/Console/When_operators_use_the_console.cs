using System.Globalization;
using System.Text.Json.Nodes;
using Deque.AxeCore.Playwright;
using Microsoft.Playwright;
using RideBooking.TestKit.Api;

namespace RideBooking.IntegrationTests.Console;

/// <summary>The console in a browser, on a real host with real rides and failed messages.</summary>
public sealed class When_operators_use_the_console(ConsoleHost host) : IClassFixture<ConsoleHost>
{
    static readonly string s_screenshots = Path.Combine(Repository(), "artifacts", "console");

    [Fact]
    public async Task An_operator_signs_in_is_led_to_the_page_they_asked_for_and_signs_out()
    {
        var page = await host.Open();

        await page.GotoAsync("console/audit");
        await page.GetByLabel("Your name").FillAsync("ada");
        await page.GetByRole(AriaRole.Button, new() { Name = "Sign in" }).ClickAsync();

        await Heading(page, "Audit");
        new Uri(page.Url).AbsolutePath.ShouldBe("/console/audit");
        (await page.Locator(".who").TextContentAsync()).ShouldBe("ada");
        var cookie = (await page.Context.CookiesAsync()).Single(cookie => cookie.Name == "ridebooking-console");
        (cookie.HttpOnly, cookie.Path, cookie.SameSite).ShouldBe((true, "/console", SameSiteAttribute.Lax));

        await page.GetByRole(AriaRole.Button, new() { Name = "Sign out" }).ClickAsync();
        await Heading(page, "RideBooking console");
        await page.GotoAsync("console/audit");
        await Heading(page, "RideBooking console");
    }

    [Fact]
    public async Task A_failed_message_is_redriven_from_its_group()
    {
        var page = await SignedIn(await host.Open());
        var (failed, ride) = await OneFailure();

        await page.GotoAsync($"console/failed-messages/list?rideId={ride}");
        await page.GetByRole(AriaRole.Button, new() { Name = "Redrive all that match" }).ClickAsync();
        await page.GetByText($"{failed} messages would be sent back").WaitForAsync();
        await page.GetByLabel("Reason").FillAsync("The fares are mended");
        await page.GetByRole(AriaRole.Button, new() { Name = "Redrive", Exact = true }).ClickAsync();

        await page.GetByText($"{failed} of {failed} messages sent back").WaitForAsync();
        await page.GetByRole(AriaRole.Row, new() { Name = $"consumed {failed} handled" }).WaitForAsync();
        await page.Locator(".state", new() { HasText = "completed" }).WaitForAsync();
        await host.Until(
            "the messages of the ride to be handled",
            $"operations/failed-messages?rideId={ride}",
            list => ConsoleHost.Items(list) == 0
        );
        await page.GetByRole(AriaRole.Link, new() { Name = "Audit" }).ClickAsync();
        await page.GetByRole(AriaRole.Cell, new() { Name = "The fares are mended" }).WaitForAsync();
    }

    [Fact]
    public async Task A_discarded_message_is_restored()
    {
        var page = await SignedIn(await host.Open());
        var list = await host.Operator.Get("operations/failed-messages?queue=compute-fare_error");
        var id = list.Body!["items"]!.AsArray()[^1]!["id"]!.ToString();

        await page.GotoAsync($"console/failed-messages/{id}");
        await Confirm("Discard", "A duplicate");
        await page.GetByText("1 message discarded").WaitForAsync();
        await Confirm("Restore", "It was none");
        await page.GetByText("1 message restored").WaitForAsync();

        await page.GetByRole(AriaRole.Cell, new() { Name = "It was none" }).WaitForAsync();
        await host.Until(
            "the message to wait again",
            $"operations/failed-messages/{id}",
            message => message["state"]!.ToString() == "failed"
        );

        async Task Confirm(string action, string reason)
        {
            await page.GetByRole(AriaRole.Button, new() { Name = $"{action} this message" }).ClickAsync();
            await page.GetByLabel("Reason").FillAsync(reason);
            await page.GetByRole(AriaRole.Button, new() { Name = action, Exact = true }).ClickAsync();
        }
    }

    [Fact]
    public async Task A_redrive_is_simulated_and_the_message_exported_where_a_state_machine_handles_it()
    {
        var page = await SignedIn(await host.Open());
        var list = await host.Operator.Get("operations/failed-messages?queue=compute-fare_error");

        await page.GotoAsync($"console/failed-messages/{list.Body!["items"]![0]!["id"]}");
        await page.GetByRole(AriaRole.Button, new() { Name = "Simulate a redrive" }).ClickAsync();
        await page.GetByText("The consumer would handle it").WaitForAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Export as a test" }).ClickAsync();
        await page.GetByText("Only a message that a state machine would handle becomes a test").WaitForAsync();
    }

    [Fact]
    public async Task Failed_messages_are_found_by_their_driver_and_by_a_text()
    {
        var page = await SignedIn(await host.Open());
        var list = await host.Operator.Get("operations/failed-messages?queue=compute-fare_error");
        var driver = list.Body!["items"]![0]!["driverId"]!.ToString();

        await page.GotoAsync("console/failed-messages/list");
        // What is typed and clicked while the page still loads may be lost.
        await page.Locator("table.rows").WaitForAsync();
        await page.GetByLabel("Driver id").FillAsync(driver);
        await page.GetByLabel("Text of the failure").FillAsync("BROKEN in the demo");
        await page.GetByRole(AriaRole.Button, new() { Name = "Filter", Exact = true }).ClickAsync();

        // The text below comes with the page; its load event may be over before anyone waits for it.
        await page.WaitForURLAsync(
            address => address.Contains($"DriverId={driver}", StringComparison.OrdinalIgnoreCase),
            new() { WaitUntil = WaitUntilState.Commit }
        );
        await page.GetByText("Fares were broken").First.WaitForAsync();
        await page.GetByLabel("Text of the failure").FillAsync("there is no such text");
        await page.GetByRole(AriaRole.Button, new() { Name = "Filter", Exact = true }).ClickAsync();
        await page.GetByText("No message matches").WaitForAsync();
    }

    [Fact]
    public async Task An_endpoint_is_paused_and_resumed()
    {
        var page = await SignedIn(await host.Open());

        await page.GotoAsync("console/endpoints");
        await Confirm("Pause", "The mails are wrong");
        await page.GetByText("issue-receipt is paused").WaitForAsync();
        await page.GetByText("operator: The mails are wrong").WaitForAsync();
        await Confirm("Resume", "The mails are right");
        await page.GetByText("issue-receipt is resumed").WaitForAsync();

        async Task Confirm(string action, string reason)
        {
            await page.GetByRole(AriaRole.Button, new() { Name = $"{action} issue-receipt" }).ClickAsync();
            await page.GetByLabel("Reason").FillAsync(reason);
            await page.GetByRole(AriaRole.Button, new() { Name = action, Exact = true }).ClickAsync();
        }
    }

    [Fact]
    public async Task A_message_is_corrected_after_its_changes_were_shown()
    {
        var page = await SignedIn(await host.Open());
        var list = await host.Operator.Get("operations/failed-messages?queue=compute-fare_error");
        var message = $"operations/failed-messages/{list.Body!["items"]![1]!["id"]}";
        var original = (await host.Operator.Get(message)).Body!["message"]!.AsObject();
        var seconds = original["durationSeconds"]!.GetValue<int>();
        original["durationSeconds"] = seconds + 60;

        await page.GotoAsync($"console/{message["operations/".Length..]}");
        await page.GetByRole(AriaRole.Button, new() { Name = "Correct the message" }).ClickAsync();
        var editor = page.GetByLabel("The message as JSON");
        await editor.FillAsync("{ not JSON");
        await page.GetByRole(AriaRole.Button, new() { Name = "Show the changes" }).ClickAsync();
        await page.GetByText("This is not JSON").WaitForAsync();
        await editor.FillAsync(original.ToJsonString());
        await page.GetByRole(AriaRole.Button, new() { Name = "Show the changes" }).ClickAsync();
        await page.GetByText("/durationSeconds").WaitForAsync();
        await page.GetByLabel("Reason").FillAsync("A minute is missing");
        await page.GetByRole(AriaRole.Button, new() { Name = "Store", Exact = true }).ClickAsync();

        await page.GetByText("1 value changed").WaitForAsync();
        await page.GetByRole(AriaRole.Cell, new() { Name = "A minute is missing" }).WaitForAsync();
        var edited = await host.Operator.Get(message);
        edited.Body!["message"]!["durationSeconds"]!.GetValue<int>().ShouldBe(seconds + 60);
        edited.Body["originalMessage"]!["durationSeconds"]!.GetValue<int>().ShouldBe(seconds);
    }

    [Fact]
    public async Task A_parked_event_is_skipped_with_a_reason()
    {
        var position = await host.ParkAnEvent("earnings");
        var page = await SignedIn(await host.Open());

        await page.GotoAsync("console/subscriptions/earnings");
        await page.GetByRole(AriaRole.Button, new() { Name = $"Skip the event at {position}" }).ClickAsync();
        await page.GetByLabel("Reason").FillAsync("It was paid by hand");
        await page.GetByRole(AriaRole.Button, new() { Name = "Skip", Exact = true }).ClickAsync();

        await page.GetByText("The event is skipped").WaitForAsync();
        await page.GetByText("None: every event could be applied").WaitForAsync();
    }

    [Fact]
    public async Task Every_page_shows_what_there_is_is_accessible_in_both_themes_and_fits_a_phone()
    {
        var pages = await Pages();
        await host.ParkAnEvent("notifications");
        Directory.CreateDirectory(s_screenshots);
        List<string> faults = [];
        foreach (
            var (look, width, height, scheme) in new[]
            {
                ("light", 1280, 900, ColorScheme.Light),
                ("dark", 1280, 900, ColorScheme.Dark),
                ("phone", 390, 844, ColorScheme.Light),
            }
        )
        {
            var page = await host.Open(width, height, scheme);
            page.Request += (_, request) =>
            {
                if (new Uri(request.Url).Authority != host.Host.Address.Authority)
                    faults.Add($"{page.Url} loads {request.Url}");
            };
            page.Console += (_, message) =>
            {
                if (message.Type == "error")
                    faults.Add($"{page.Url}: {message.Text}");
            };
            await page.GotoAsync("console/sign-in");
            await Check("sign-in", "Your name");
            await SignedIn(page);
            foreach (var (name, path, text) in pages)
            {
                await page.GotoAsync(path);
                await Check(name, text);
            }

            async Task Check(string name, string text)
            {
                await page.GetByText(text).First.WaitForAsync();
                await page.ScreenshotAsync(new() { Path = Path.Combine(s_screenshots, $"{name}-{look}.png") });
                // A phone shows the same elements in other places.
                if (look != "phone")
                    faults.AddRange(
                        (await page.RunAxe())
                            .Violations.Where(violation => violation.Impact is "serious" or "critical")
                            .Select(violation =>
                                $"{name}, {look}: {violation.Id}: {string.Join(" | ", violation.Nodes.Take(3).Select(node => node.Html))}"
                            )
                    );
                var overflow = await page.EvaluateAsync<int>(
                    "document.documentElement.scrollWidth - window.innerWidth"
                );
                if (overflow > 0)
                    faults.Add($"{name}, {look}: {overflow} pixels too wide");
            }
        }
        faults.Distinct().ShouldBeEmpty();
    }

    [Fact]
    public async Task A_failure_gets_a_note_and_the_audit_is_downloaded()
    {
        var page = await SignedIn(await host.Open());
        await page.GotoAsync("console/failed-messages");
        await page.GetByRole(
                AriaRole.Button,
                new() { NameRegex = new System.Text.RegularExpressions.Regex("Write a note about RideCompleted") }
            )
            .First.ClickAsync();
        await page.GetByLabel("Note", new() { Exact = true }).FillAsync("Fares are broken on purpose.");
        await page.GetByRole(AriaRole.Button, new() { Name = "Write the note" }).ClickAsync();
        await page.GetByText("The note is written.").WaitForAsync();
        await page.GetByText("Fares are broken on purpose.").WaitForAsync();

        await page.GotoAsync("console/audit");
        var download = await page.RunAndWaitForDownloadAsync(() =>
            page.GetByRole(AriaRole.Link, new() { Name = "Export as CSV" }).ClickAsync()
        );
        (await File.ReadAllTextAsync(await download.PathAsync(), TestContext.Current.CancellationToken)).ShouldContain(
            "note-failure,,"
        );
    }

    [Fact]
    public async Task Events_appear_live_as_they_happen()
    {
        var page = await SignedIn(await host.Open());
        await page.GotoAsync("console/events?live=true");
        // What another test has done may still cause events, and the second text.
        await page.GetByText(new System.Text.RegularExpressions.Regex("^(Events appear here|Live, the newest)"))
            .WaitForAsync();

        var rider = await host.City.Rider();
        var ride = await rider.Request(City.Alexanderplatz, City.Zoo);

        await page.GetByRole(AriaRole.Link, new() { Name = "RideRequested" }).First.WaitForAsync();
        await page.GetByRole(AriaRole.Link, new() { Name = ride[^12..] }).First.ClickAsync();
        await Heading(page, "Ride");
    }

    [Fact]
    public async Task A_page_reads_its_data_once()
    {
        var page = await SignedIn(await host.Open());
        var before = await Requests();

        await page.GotoAsync("console/failed-messages/list?queue=compute-fare_error");
        await page.GetByText("Fares were broken").First.WaitForAsync();

        // The metrics are answered from a cache for a fraction of a second, and a page may take less.
        await WaitFor.TrueAsync("the request to be counted", async () => await Requests() > before);
        (await Requests() - before).ShouldBe(1);

        // How often any page has requested the list, which does not refresh.
        async Task<double> Requests()
        {
            using var http = new HttpClient { BaseAddress = host.Host.Address };
            var metrics = await http.GetStringAsync("metrics", TestContext.Current.CancellationToken);
            return metrics
                .Split('\n')
                .Where(line => line.StartsWith("http_server_request_duration_seconds_count", StringComparison.Ordinal))
                .Where(line => line.Contains("http_route=\"/api/v1/operations/failed-messages\""))
                .Sum(line => double.Parse(line.Split(' ')[1], CultureInfo.InvariantCulture));
        }
    }

    // A name for the screenshot, the address, and a text that shows that the page has its data.
    async Task<(string Name, string Path, string Text)[]> Pages()
    {
        var message = (await host.Operator.Get("operations/failed-messages?queue=compute-fare_error")).Body!["items"]![
            0
        ]!;
        var ride = (await host.Operator.Get("operations/rides?state=completed")).Body!["items"]![0]!["id"];
        var redrive = await host.Operator.Post(
            "operations/redrives",
            new JsonObject
            {
                ["selection"] = new JsonObject { ["queue"] = "compute-fare_error" },
                ["limit"] = 1,
                ["reason"] = "Try one first",
            }
        );
        return
        [
            ("overview", "console", "compute-fare_error"),
            ("map", "console/map", "Drivers on duty"),
            ("failed-messages", "console/failed-messages", "Fares were broken"),
            ("failures-by-ride-status", "console/failed-messages?by=rideStatus", "Status of the ride"),
            ("unsent-messages", "console/failed-messages/unsent", "Timers that could not be sent"),
            ("failed-message-list", "console/failed-messages/list?queue=compute-fare_error", "Fares were broken"),
            ("failed-message", $"console/failed-messages/{message["id"]}", "Fares were broken"),
            ("alerts", "console/alerts", "FailedMessagesGrow"),
            ("redrives", "console/redrives", "Try one first"),
            ("redrive", $"console/redrives/{redrive.Text("id")}", "Try one first"),
            ("endpoints", "console/endpoints", "compute-fare"),
            ("rides", "console/rides", "captured"),
            ("ride", $"console/rides/{ride}?version=3", "RideRequested"),
            ("events", "console/events", "Data"),
            ("subscriptions", "console/subscriptions", "ride-facts"),
            ("subscription", "console/subscriptions/notifications", "parked by a test"),
            ("schemas", "console/schemas", "RideRequested"),
            ("schema", "console/schemas/RideRequested", "json-schema.org"),
            ("audit", "console/audit", "Try one first"),
        ];
    }

    // The oldest message that waits, how many its ride has, and the ride.
    async Task<(int Count, string Ride)> OneFailure()
    {
        var list = await host.Operator.Get("operations/failed-messages?queue=compute-fare_error");
        var ride = list.Body!["items"]![0]!["rideId"]!.ToString();
        var ofRide = await host.Operator.Get($"operations/failed-messages?rideId={ride}");
        return (ConsoleHost.Items(ofRide.Body!), ride);
    }

    static async Task<IPage> SignedIn(IPage page)
    {
        await page.GotoAsync("console/sign-in");
        await page.GetByRole(AriaRole.Button, new() { Name = "Sign in" }).ClickAsync();
        await Heading(page, "Overview");
        return page;
    }

    static Task Heading(IPage page, string text) =>
        page.GetByRole(AriaRole.Heading, new() { Name = text, Level = 1 }).WaitForAsync();

    static string Repository()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "RideBooking.sln")))
            folder =
                folder.Parent ?? throw new DirectoryNotFoundException("The tests do not run inside the repository.");
        return folder.FullName;
    }
}
