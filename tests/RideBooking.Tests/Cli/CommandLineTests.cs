using System.CommandLine;
using System.Diagnostics;
using System.Net.Http.Headers;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using MassTransit.Serialization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using RideBooking.Cli;
using RideBooking.Rides;
using RideBooking.TestKit.Contracts;
using RideBooking.Tests.Operations.FailedMessages;

namespace RideBooking.Tests.Cli;

/// <summary>An operator uses <c>ridebooking</c> on a running host. Each test has its own messages.</summary>
public sealed partial class CommandLineTests(ListeningHost host) : IClassFixture<ListeningHost>
{
    [Fact]
    public async Task Lists_each_queue_with_its_messages_their_age_and_what_failed()
    {
        await host.Poison("end-search", messages: 2);

        var row = (await host.Run("error-queues", "list")).ShouldEnd(ExitCode.Done).Lines.Single(Of("end-search"));
        var values = row.Split('\t');
        values[..2].ShouldBe(["end-search_error", "2"]);
        values[2].ShouldMatch("^[0-9]+ s$");
        values[3].ShouldMatch("^[0-9a-f]{16}$");
        values[5].ShouldStartWith("RideCompleted: ");

        var json = (await host.Run("error-queues", "list", "--json")).ShouldEnd(ExitCode.Done).Json;
        var queue = json["items"]!.AsArray().Single(item => item!["queue"]!.ToString() == "end-search_error")!;
        queue["count"]!.GetValue<int>().ShouldBe(2);
        queue["topFingerprints"]![0]!["fingerprint"]!.ToString().ShouldBe(values[3]);

        static Func<string, bool> Of(string endpoint) =>
            line => line.StartsWith(endpoint + "_", StringComparison.Ordinal);
    }

    [Fact]
    public async Task Shows_the_messages_of_a_queue_and_everything_about_one()
    {
        var ride = await host.Poison("search-for-driver", messageType: "RideRequested");
        var list = (await host.Run("error-queues", "show", "search-for-driver_error", "--ride", $"{ride}")).ShouldEnd(
            ExitCode.Done
        );
        var id = list.Lines[1].Split('\t')[0];
        list.Lines[1].ShouldContain($"{ride}");

        var one = (await host.Run("error-queues", "show", id)).ShouldEnd(ExitCode.Done).Out;
        one.ShouldContain("Exception");
        one.ShouldContain("MT-Fault-Timestamp: ");
        one.ShouldContain($"\"rideId\": \"{ride}\"");
        one.ShouldContain($"{ride}, not in the event log");
        one.ShouldContain("No operator has acted on this message.");
        var json = (await host.Run("error-queues", "show", id, "--json")).ShouldEnd(ExitCode.Done).Json;
        json["body"]!["message"]!["rideId"]!.ToString().ShouldBe($"{ride}");
    }

    [Fact]
    public async Task Simulates_a_redrive_and_exports_the_message_as_a_test()
    {
        var ride = SomeSaga.Ride(nameof(RideStateMachine.Requested));
        await host.Services.Store(ride);
        var id = await host.Services.Fail(
            "ride",
            new CancelRide(ride.CorrelationId, ride.RiderId, "no hurry", DateTimeOffset.UtcNow)
        );

        var simulated = (await host.Run("error-queues", "simulate", id)).ShouldEnd(ExitCode.Done).Lines;
        simulated.ShouldContain("Result:      transition");
        simulated.ShouldContain("Endpoint:    ride (RideStateMachine)");
        simulated.ShouldContain("State:       Requested -> Cancelled");
        simulated.ShouldContain("Cancels:     SearchDeadlinePassed");
        simulated.ShouldContain(line => line.StartsWith("Publishes:   RideCancelled to ", StringComparison.Ordinal));
        simulated.ShouldContain(line => line.StartsWith("Repeat:      safe. ", StringComparison.Ordinal));
        (await host.Run("error-queues", "simulate", id, "--json")).ShouldEnd(ExitCode.Done).Json["result"]!
            .ToString()
            .ShouldBe("transition");

        var exported = (await host.Run("error-queues", "export-test", id)).ShouldEnd(ExitCode.Done);
        exported.Error.ShouldContain($"Save it as When_CancelRide_failed_{id[(id.IndexOf('.') + 1)..]}.cs");
        await ExportedTest.Run(exported.Out);

        (await host.Run("error-queues", "simulate", "ride_error")).ShouldEnd(ExitCode.Usage);
        (await host.Run("error-queues", "simulate", "ride_error.0123456789abcdef")).ShouldEnd(ExitCode.NotFound);
        (await host.Run("error-queues", "export-test", "ride_error.0123456789abcdef")).ShouldEnd(ExitCode.NotFound);
    }

    [Fact]
    public async Task Edits_a_message_in_an_editor_or_with_given_values_and_shows_what_changes()
    {
        var id = await FailedCompletion();
        string[] edit = ["error-queues", "edit", id, "--reason", "the app's clock"];

        const string editor = "sed -i s/yesterday/2026-01-01T00:00:00Z/";
        var refused = (await host.RunWithEditor(editor, "n", edit)).ShouldEnd(ExitCode.Failed);
        refused.Error.ShouldContain("Store 1 change? [y/N]");
        var kept = YourText().Match(refused.Error).Groups[1].Value;
        (await host.Run([.. edit, "--file", kept, "--dry-run"]))
            .ShouldEnd(ExitCode.Done)
            .Lines.ShouldBe(["  - /at: \"yesterday\"", "  + /at: \"2026-01-01T00:00:00Z\"", "1 change, not stored."]);
        File.Delete(kept);
        (await host.RunWithEditor("true", "y", edit))
            .ShouldEnd(ExitCode.Done)
            .Error.ShouldContain("Nothing was changed.");
        (await host.RunWithEditor("false", "y", edit)).ShouldEnd(ExitCode.Failed).Error.ShouldContain("exit code 1");
        (await host.Run(edit)).ShouldEnd(ExitCode.Usage).Error.ShouldContain("--file or --set");

        var edited = (await host.RunWithEditor(editor, "y", edit)).ShouldEnd(ExitCode.Done);
        edited.Out.ShouldEndWith("1 message edited.\n");
        edited.Error.ShouldNotContain("Your text");

        string[] set = [.. edit, "--set", "/distanceMeters=42", "--set", "/vehicleClass=van", "--yes"];
        var json = (await host.Run([.. set, "--json"])).ShouldEnd(ExitCode.Done).Json;
        json["stored"]!.GetValue<bool>().ShouldBeTrue();
        json["changes"]!.AsArray().Count.ShouldBe(2);
        (await host.Run(set)).ShouldEnd(ExitCode.Done).Error.ShouldContain("The message is already so.");

        var shown = (await host.Run("error-queues", "show", id)).ShouldEnd(ExitCode.Done).Out;
        shown.ShouldContain("Original message");
        shown.ShouldContain("\"at\": \"yesterday\"");
        shown.ShouldContain($"edited by {Environment.UserName}: the app's clock\n  - /at: \"yesterday\"\n");

        (await host.Run([.. edit, "--set", "/at=tomorrow", "--yes"])).Error.ShouldContain("/at Value does not match");
        (await host.Run([.. edit, "--set", "at=1"])).ShouldEnd(ExitCode.Usage);
        (await host.Run([.. edit, "--set", "/at/no/where=1"])).ShouldEnd(ExitCode.Usage);
        (await host.Run([.. edit, "--set", "/at=1", "--file", kept])).ShouldEnd(ExitCode.Usage);
        (await host.Run([.. edit, "--file", kept])).ShouldEnd(ExitCode.Usage).Error.ShouldContain("cannot be read");
    }

    [Fact]
    public async Task Repairs_what_a_filter_selects_by_a_patch_given_values_or_an_upcaster()
    {
        List<string> ids = [await FailedCompletion(), await FailedCompletion()];
        string[] repair = ["error-queues", "repair", .. ids, "--reason", "the app's clock"];
        var patch = Path.GetTempFileName();
        await File.WriteAllTextAsync(
            patch,
            """[{"op":"replace","path":"/at","value":"2026-01-01T00:00:00Z"}]""",
            TestContext.Current.CancellationToken
        );

        var plan = (await host.Run([.. repair, "--patch", patch, "--dry-run"])).ShouldEnd(ExitCode.Done);
        plan.Lines.Count(line => line == "  - /at: \"yesterday\"").ShouldBe(2);
        plan.Lines[^1].ShouldBe("2 messages would be changed, 0 unchanged, 0 refused.");
        (await host.RunOnTerminal(100, "n", [.. repair, "--patch", patch]))
            .ShouldEnd(ExitCode.Failed)
            .Error.ShouldContain("Change 2 messages? [y/N]");
        (await host.Run([.. repair, "--patch", patch, "--yes"]))
            .ShouldEnd(ExitCode.Done)
            .Out.ShouldBe("2 messages changed, 0 unchanged, 0 refused.\n");
        File.Delete(patch);

        var json = (await host.Run([.. repair, "--set", "/distanceMeters=far", "--yes", "--json"])).ShouldEnd(
            ExitCode.Done
        );
        json.Json["refused"]!.GetValue<int>().ShouldBe(2);
        json.Json["reasons"]![0]!["code"]!.ToString().ShouldBe("message_invalid");
        (await host.Run([.. repair, "--upcast", "--yes"]))
            .ShouldEnd(ExitCode.Done)
            .Out.ShouldBe("0 messages changed, 2 unchanged, 0 refused.\n");

        (await host.Run([.. repair, "--yes"]))
            .ShouldEnd(ExitCode.Usage)
            .Error.ShouldContain("--patch, --set and --upcast");
        (await host.Run([.. repair, "--upcast", "--set", "/a=1"])).ShouldEnd(ExitCode.Usage);
        string[] unknown = ["error-queues", "repair", "ride_error.0123456789abcdef", "--upcast", "--reason", "a try"];
        (await host.Run(unknown)).ShouldEnd(ExitCode.NotFound).Out.ShouldContain("1 not found");
        (await host.Run("audit", "actions")).Lines.ShouldContain(line =>
            line.Contains($"\t{Environment.UserName}\trepair-messages\t2\tcompute-fare_error\tthe app's clock")
        );
    }

    [Fact]
    public async Task Redrives_the_named_messages_records_the_operator_and_reports_the_result()
    {
        var ride = await host.Poison("compute-fare", messages: 3);
        var ids = await host.Failed("compute-fare", ride, 3);

        string[] redrive = ["error-queues", "redrive", "compute-fare_error", "--ride", $"{ride}", "--reason", "fixed"];
        var plan = (await host.Run([.. redrive, "--limit", "2", "--dry-run", "--json"])).ShouldEnd(ExitCode.Done);
        plan.Json["count"]!.GetValue<int>().ShouldBe(2);
        plan.Json["matching"]!.GetValue<int>().ShouldBe(3);
        (await host.Failed("compute-fare", ride, 3)).ShouldBe(ids, "a dry run sends nothing");

        var done = (await host.Run([.. redrive, "--limit", "2", "--yes", "--json"])).ShouldEnd(ExitCode.Done);
        done.Json["status"]!.ToString().ShouldBe("completed");
        done.Json["sent"]!.GetValue<int>().ShouldBe(2);
        // The cause was not fixed: they fail again under other ids.
        var after = await host.Failed("compute-fare", ride, 3);
        after.Intersect(ids).ShouldBe([ids[2]]);

        (await host.Run("error-queues", "redrive", ids[2], ids[0], "--reason", "by id", "--yes"))
            .ShouldEnd(ExitCode.Done)
            .Out.ShouldContain("completed: 1 message sent, 1 not found.");
        var audit = (await host.Run("audit", "actions")).ShouldEnd(ExitCode.Done).Lines;
        audit.ShouldContain(line =>
            line.Contains($"\t{Environment.UserName}\tredrive-messages\t1\tcompute-fare_error\tby id")
        );
    }

    [Fact]
    public async Task Asks_for_confirmation_and_takes_no_answer_as_no()
    {
        var ride = await host.Poison("track-assignments", messages: 2);
        var before = await host.Failed("track-assignments", ride, 2);
        string[] redrive = ["error-queues", "redrive", "track-assignments_error", "--reason", "fixed"];

        var refused = (await host.RunOnTerminal(100, "n", redrive)).ShouldEnd(ExitCode.Failed);
        refused.Error.ShouldContain("Send 2 messages back to the queue in which they failed? [y/N]");
        (await host.RunOnTerminal(100, "", redrive)).ShouldEnd(ExitCode.Failed);
        (await host.Run(redrive)).ShouldEnd(ExitCode.Usage).Error.ShouldContain("--yes");
        (await host.Failed("track-assignments", ride, 2)).ShouldBe(before);

        (await host.RunOnTerminal(100, "y", redrive)).ShouldEnd(ExitCode.Done).Out.ShouldContain("2 messages sent.");
        (await host.Failed("track-assignments", ride, 2)).Intersect(before).ShouldBeEmpty();
    }

    [Fact]
    public async Task Discards_with_a_reason_and_restores()
    {
        var ride = await host.Poison("issue-receipt", messageType: "PaymentCaptured");
        var id = (await host.Failed("issue-receipt", ride, 1)).Single();

        (await host.Run("error-queues", "discard", id, "--yes"))
            .ShouldEnd(ExitCode.Usage)
            .Error.ShouldContain("--reason");
        (await host.Run("error-queues", "discard", id, "--reason", "rubbish", "--yes"))
            .ShouldEnd(ExitCode.Done)
            .Out.ShouldBe("1 message discarded.\n");
        await host.Failed("issue-receipt", ride, 0);
        (await host.Run("error-queues", "discard", id, "--reason", "rubbish", "--yes")).ShouldEnd(ExitCode.NotFound);
        (await host.Run("error-queues", "show", "--discarded", "--ride", $"{ride}")).Out.ShouldContain(id);
        // The first line after the id.
        (await host.Run("error-queues", "show", id))
            .Lines[1]
            .ShouldMatch($"^State: +discarded at .* by {Environment.UserName}: rubbish$");

        (await host.Run("error-queues", "restore", id, "--reason", "no rubbish", "--yes"))
            .ShouldEnd(ExitCode.Done)
            .Out.ShouldBe("1 message restored.\n");
        (await host.Failed("issue-receipt", ride, 1)).ShouldBe([id]);
        var history = (await host.Run("error-queues", "show", id)).Out;
        history.ShouldContain($"discarded by {Environment.UserName}: rubbish");
        history.ShouldContain($"restored by {Environment.UserName}: no rubbish");
    }

    [Fact]
    public async Task Discards_and_restores_what_a_filter_selects_up_to_a_limit()
    {
        var ride = await host.Poison("assess-cancellation-fee", messages: 3, messageType: "RideCancelled");
        string[] filter = ["assess-cancellation-fee_error", "--ride", $"{ride}", "--reason", "rubbish"];
        string[] discard = ["error-queues", "discard", .. filter];
        string[] restore = ["error-queues", "restore", .. filter];

        var plan = (await host.Run([.. discard, "--limit", "2", "--dry-run", "--json"])).ShouldEnd(ExitCode.Done).Json;
        (plan["count"]!.GetValue<int>(), plan["matching"]!.GetValue<int>()).ShouldBe((2, 3));
        (await host.RunOnTerminal(100, "n", discard))
            .ShouldEnd(ExitCode.Failed)
            .Error.ShouldContain("Discard 3 messages? [y/N]");
        (await host.Run([.. discard, "--limit", "2", "--yes", "--json"]))
            .ShouldEnd(ExitCode.Done)
            .Json.ToJsonString()
            .ShouldBe("""{"discarded":2,"notFound":0}""");
        await host.Failed("assess-cancellation-fee", ride, 1);

        (await host.RunOnTerminal(100, "n", restore))
            .ShouldEnd(ExitCode.Failed)
            .Error.ShouldContain("Restore 2 messages? [y/N]");
        (await host.Run([.. restore, "--dry-run"])).ShouldEnd(ExitCode.Done).Error.ShouldBe("2 messages.\n");
        (await host.Run([.. restore, "--limit", "1", "--yes"]))
            .ShouldEnd(ExitCode.Done)
            .Out.ShouldBe("1 message restored.\n");
        await host.Failed("assess-cancellation-fee", ride, 2);
        (await host.Run([.. restore, "--yes"])).ShouldEnd(ExitCode.Done).Out.ShouldBe("1 message restored.\n");
        (await host.Run([.. restore, "--yes"])).ShouldEnd(ExitCode.Done).Out.ShouldBe("0 messages restored.\n");
        await host.Failed("assess-cancellation-fee", ride, 3);
    }

    [Fact]
    public async Task Discards_thousands_in_parts_and_shows_the_progress()
    {
        const int many = 5_001;
        await host.Store("notify-rider_error", many);
        using var error = new StringWriter();

        var exitCode = await CommandLine.Run(
            ["error-queues", "discard", "notify-rider_error", "--reason", "too many", "--yes", "--url", host.Url],
            new Terminal(new StringWriter(), error, new StringReader(""), (false, Error: true, false))
            {
                Width = 100,
                HasCursor = true,
            },
            TestContext.Current.CancellationToken
        );

        exitCode.ShouldBe(ExitCode.Done, error.ToString());
        error.ToString().ShouldContain($"Discarded {many} of {many}");
        (await host.Run("error-queues", "show", "notify-rider_error", "--exit-code")).ShouldEnd(ExitCode.Done);
        // The audit has what happened.
        (await host.Run("audit", "actions"))
            .Lines.Where(line => line.EndsWith("\ttoo many"))
            .Select(line => line.Split('\t')[3])
            .ShouldBe(["1", "5000"]);
    }

    [Fact]
    public async Task Reports_by_its_exit_code_whether_a_message_is_left()
    {
        var ride = await host.Poison("issue-receipt", messageType: "PaymentCaptured");
        string[] show = ["error-queues", "show", "issue-receipt_error", "--ride", $"{ride}"];

        (await host.Run([.. show, "--exit-code"])).ShouldEnd(ExitCode.MessagesLeft).Lines.Count.ShouldBe(2);
        (await host.Run("error-queues", "list", "--exit-code")).ShouldEnd(ExitCode.MessagesLeft);
        (await host.Run(show)).ShouldEnd(ExitCode.Done);
        (await host.Run("error-queues", "discard", "--ride", $"{ride}", "--reason", "rubbish", "--yes")).ShouldEnd(
            ExitCode.Done
        );
        (await host.Run([.. show, "--exit-code"])).ShouldEnd(ExitCode.Done);
    }

    [Fact]
    public async Task Shows_that_a_body_is_binary_and_its_bytes()
    {
        var id = await host.PoisonWith("compute-fare", [0x80, .. "binary"u8, .. new byte[600]]);

        var shown = (await host.Run("error-queues", "show", id)).ShouldEnd(ExitCode.Done);

        shown.Out.ShouldContain(
            "; binary, 607 bytes)\n00000000  80 62 69 6e 61 72 79 00 00 00 00 00 00 00 00 00  .binary.........\n"
        );
        shown.Error.ShouldBe(
            "The body is not text, and 95 more bytes are not shown. --json has all of it in base64.\n"
        );
        var json = (await host.Run("error-queues", "show", id, "--json")).ShouldEnd(ExitCode.Done).Json;
        Convert.FromBase64String(json["bodyBase64"]!.ToString()).Length.ShouldBe(607);
    }

    [Theory]
    [InlineData(ExitCode.NotAllowed, "error-queues", "list", "--token", "wrong")]
    [InlineData(ExitCode.NotAllowed, "audit", "actions", "--token", "with a blank")]
    [InlineData(ExitCode.NotFound, "error-queues", "show", "compute-fare_error.0123456789abcdef")]
    [InlineData(ExitCode.NotFound, "error-queues", "show", "compute-fear_error")]
    [InlineData(ExitCode.NotFound, "error-queues", "redrive", "compute-fear_error", "--reason", "typo", "--yes")]
    [InlineData(ExitCode.NotFound, "error-queues", "follow", "01a21056-94ef-7323-85b8-dd68afa4ae1e")]
    [InlineData(ExitCode.NotFound, "audit", "follow", "01a21056-94ef-7323-85b8-dd68afa4ae1e")]
    [InlineData(ExitCode.NotFound, "audit", "cancel", "01a21056-94ef-7323-85b8-dd68afa4ae1e")]
    [InlineData(ExitCode.Usage, "error-queues", "follow", "me")]
    [InlineData(ExitCode.Usage, "error-queues", "redrive", "a_error", "b_error", "--reason", "two queues", "--yes")]
    [InlineData(ExitCode.Usage, "error-queues", "redrive", "a_error", "--reason", "", "--yes")]
    [InlineData(ExitCode.Usage, "error-queues", "redrive", "a_error", "--reason", "x", "--limit", "0", "--yes")]
    [InlineData(ExitCode.Usage, "error-queues", "list", "--colour")]
    [InlineData(ExitCode.Usage, "error-queues", "restore", "a_error.0123456789abcdef", "--force", "--reason", "x")]
    [InlineData(ExitCode.Usage, "error-queue", "list")]
    [InlineData(ExitCode.Usage)]
    public async Task Reports_an_error_in_one_line_and_ends_with_its_exit_code(int exitCode, params string[] command)
    {
        var result = (await host.Run(command)).ShouldEnd(exitCode);
        result.Out.ShouldBeEmpty();
        result.Error.ShouldMatch("^ridebooking: [^\n]+\n$");
    }

    [Fact]
    public async Task Does_not_wait_for_an_unavailable_host()
    {
        var result = await CommandResult.By(
            ["error-queues", "list", "--url", "http://127.0.0.1:9"],
            null,
            TestContext.Current.CancellationToken
        );
        result
            .ShouldEnd(ExitCode.Unreachable)
            .Error.ShouldStartWith("ridebooking: http://127.0.0.1:9 cannot be reached");
    }

    [Theory]
    [InlineData(502)]
    [InlineData(503)]
    [InlineData(504)]
    public async Task Recognizes_a_proxy_that_does_not_reach_the_host(int status)
    {
        await using var proxy = WebApplication.CreateSlimBuilder().Build();
        proxy.Urls.Add("http://127.0.0.1:0");
        proxy.MapFallback(() => TypedResults.Text("<h1>Sorry</h1>", "text/html", statusCode: status));
        await proxy.StartAsync(TestContext.Current.CancellationToken);

        var result = await CommandResult.By(
            ["error-queues", "list", "--url", proxy.Urls.Single()],
            null,
            TestContext.Current.CancellationToken
        );

        result.ShouldEnd(ExitCode.Unreachable).Error.ShouldContain($"answered {status}: ");
    }

    [Fact]
    public async Task Says_the_trace_id_of_a_failure_of_the_host()
    {
        await using var broken = WebApplication.CreateSlimBuilder().Build();
        broken.Urls.Add("http://127.0.0.1:0");
        broken.MapFallback(() =>
            TypedResults.Json(
                new
                {
                    detail = "The server failed. Quote the traceId when you report it.",
                    code = "internal_error",
                    traceId = "4bf92f3577b34da6a3ce929d0e0e4736",
                },
                statusCode: 500
            )
        );
        await broken.StartAsync(TestContext.Current.CancellationToken);

        var result = await CommandResult.By(
            ["error-queues", "list", "--url", broken.Urls.Single(), "--token", "any"],
            null,
            TestContext.Current.CancellationToken
        );

        result.ShouldEnd(ExitCode.Failed).Error.ShouldContain("4bf92f3577b34da6a3ce929d0e0e4736");
    }

    [Theory]
    [InlineData("error-queues", "show", "--ride", "x")]
    [InlineData("error-queues", "groups", "--ride", "x")]
    [InlineData("error-queues", "show", "--failed-after", "nodate")]
    [InlineData("error-queues", "discard", "--failed-before", "31.12.", "--reason", "x")]
    [InlineData("error-queues", "show", "--redrive", "x")]
    [InlineData("error-queues", "follow", "nosuch")]
    [InlineData("alerts", "retry", "nosuch", "--reason", "x")]
    [InlineData("audit", "export", "--from", "foo")]
    public async Task Says_in_one_line_what_it_cannot_read(params string[] command)
    {
        var error = (await host.Run(command)).ShouldEnd(ExitCode.Usage).Error.Trim();
        error.ShouldNotContain("\n");
        error.ShouldNotContain("System.");
        error.ShouldMatch("must be (a time|an id) such as ");
    }

    [Fact]
    public async Task Exports_actions_as_CSV_only_and_reads_times_as_UTC()
    {
        (await host.Run("audit", "export", "--json")).ShouldEnd(ExitCode.Usage).Error.ShouldContain("audit actions");
        (await host.Run("audit", "export", "--from", "2026-02-01", "--until", "2026-01-01T00:00:00Z"))
            .ShouldEnd(ExitCode.Usage)
            .Error.ShouldContain("must be later than from");
        var from = Options.Time("--from", "A time.");
        new RootCommand { from }
            .Parse(["--from", "2026-01-31T08:00:00"])
            .GetValue(from)
            .ShouldBe(new DateTimeOffset(2026, 1, 31, 8, 0, 0, TimeSpan.Zero));
    }

    [Fact]
    public async Task Ends_when_the_canary_has_paused_the_redrive()
    {
        var ride = await host.Poison("compute-fare", messages: 2);
        var result = await host.Run([
            .. new[] { "error-queues", "redrive", "compute-fare_error", "--ride", $"{ride}" },
            .. new[] { "--canary", "--reason", "mended", "--yes" },
        ]);

        var error = result.ShouldEnd(ExitCode.Failed).Error;
        error.ShouldContain("The canary failed");
        var id = Resumed().Match(error).Groups[1].Value;
        (await host.Run("error-queues", "cancel", id, "--reason", "not mended")).ShouldEnd(ExitCode.Done);
    }

    [Fact]
    public async Task Is_not_for_riders()
    {
        using var http = new HttpClient { BaseAddress = new Uri(host.Url) };
        var token = JsonNode.Parse(
            await (
                await http.PostAsync(
                    "dev/token",
                    new StringContent("""{"role":"rider"}""", MediaTypeHeaderValue.Parse("application/json")),
                    TestContext.Current.CancellationToken
                )
            ).Content.ReadAsStringAsync(TestContext.Current.CancellationToken)
        )!["access_token"]!.ToString();
        (await host.Run("error-queues", "list", "--token", token)).ShouldEnd(ExitCode.NotAllowed);
    }

    [Fact]
    public async Task Fits_a_narrow_terminal_and_never_breaks_an_id()
    {
        var ride = await host.Poison("search-for-driver", messageType: "RideRequested");
        var id = (await host.Failed("search-for-driver", ride, 1)).Single();
        foreach (
            string[] command in new[] { new[] { "list" }, ["show", "search-for-driver_error", "--ride", $"{ride}"] }
        )
        {
            var result = (await host.RunOnTerminal(60, "", ["error-queues", .. command])).ShouldEnd(ExitCode.Done);
            Styles().Replace(result.Out, "").Split('\n').ShouldAllBe(line => line.Length <= 60);
            result.Out.ShouldContain(command[0] == "list" ? "search-for-driver_error" : id);
        }
        (await host.Run("error-queues", "show", "search-for-driver_error"))
            .Lines.Single(line => line.StartsWith(id, StringComparison.Ordinal))
            .ShouldSatisfyAllConditions(
                line => line.ShouldContain($"{ride}"),
                line => line.ShouldContain("RideRequested"),
                line => line.ShouldNotContain("\u001b")
            );
    }

    [Fact]
    public async Task As_a_process_it_takes_its_settings_from_the_environment_and_leaves_a_redrive_to_the_host_on_Ctrl_C()
    {
        var ride = await host.Poison("issue-receipt", messages: 4, messageType: "PaymentCaptured");
        using var list = Start("error-queues", "list", "--json");
        var json = JsonNode.Parse(await list.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken))!;
        json["items"]!.AsArray().ShouldContain(item => item!["queue"]!.ToString() == "issue-receipt_error");
        await list.WaitForExitAsync(TestContext.Current.CancellationToken);
        list.ExitCode.ShouldBe(ExitCode.Done);

        using var redrive = Start(
            "error-queues",
            "redrive",
            "issue-receipt_error",
            "--ride",
            $"{ride}",
            "--rate",
            "1",
            "--reason",
            "slowly",
            "--yes"
        );
        var begun = await redrive.StandardError.ReadLineAsync(TestContext.Current.CancellationToken);
        begun.ShouldNotBeNull().ShouldEndWith(" of 4 messages started.");
        using (var interrupt = Process.Start("kill", ["-INT", $"{redrive.Id}"]))
            await interrupt.WaitForExitAsync(TestContext.Current.CancellationToken);
        await redrive.WaitForExitAsync(TestContext.Current.CancellationToken);
        redrive.ExitCode.ShouldBe(ExitCode.Interrupted);
        var error = await redrive.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        error.ShouldContain("The redrive continues in the host. Follow it with: ridebooking error-queues follow ");

        var followed = await host.Run("error-queues", "follow", error.Trim().Split(' ')[^1]);
        followed.ShouldEnd(ExitCode.Done).Out.ShouldContain("completed: 4 messages sent.");
    }

    /// <summary>Stores a RideCompleted with a time that is none.</summary>
    async Task<string> FailedCompletion()
    {
        var completed = JsonSerializer
            .SerializeToNode(
                Events.RideCompleted(Guid.CreateVersion7(), DateTimeOffset.UtcNow),
                SystemTextJsonMessageSerializer.Options
            )!
            .AsObject();
        completed["at"] = "yesterday";
        return await host.Services.FailRaw(
            "compute-fare_error",
            StoredFailures.Envelope("urn:message:RideBooking.Contracts:RideCompleted", completed)
        );
    }

    [GeneratedRegex("resume ([0-9a-f-]{36})")]
    private static partial Regex Resumed();

    [GeneratedRegex(@"Your text is in (\S+);")]
    private static partial Regex YourText();

    [GeneratedRegex("\u001b\\[[0-9;]*m")]
    private static partial Regex Styles();

    // In the background of a script SIGINT is ignored, children inherit that, and neither a shell nor .NET can undo it: `env`
    // of the GNU core utilities can.
    static readonly string[] s_withSignals = OperatingSystem.IsLinux()
        ? ["env", "--default-signal=INT", "dotnet"]
        : ["dotnet"];

    Process Start(params string[] command) =>
        Process.Start(
            new ProcessStartInfo(
                s_withSignals[0],
                [.. s_withSignals[1..], Path.Combine(AppContext.BaseDirectory, "ridebooking.dll"), .. command]
            )
            {
                RedirectStandardInput = true,
                RedirectStandardOutput = true,
                RedirectStandardError = true,
                Environment = { ["RIDEBOOKING_URL"] = host.Url },
            }
        )!;
}
