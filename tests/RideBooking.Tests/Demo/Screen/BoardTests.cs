using System.Text;
using RideBooking.Demo.Screen;
using RideBooking.Demo.Watching;
using Spectre.Console;

namespace RideBooking.Tests.Demo.Screen;

public sealed class BoardTests
{
    [Theory]
    [InlineData(78, 22)]
    [InlineData(80, 24)]
    [InlineData(120, 40)]
    [InlineData(240, 70)]
    public void Fills_the_terminal_and_never_more(int width, int height)
    {
        var lines = Drawn(A(Busy), width, height);

        lines.Length.ShouldBe(height);
        lines.ShouldAllBe(line => line.Length == width);
        // Fills the screen from the first line to the last.
        lines[0].ShouldContain("RideBooking");
        lines[0].ShouldContain("pace 2×");
        lines[^2].ShouldContain("q  quit");
        lines[^1].ShouldContain("/tmp/demo.log");
    }

    [Fact]
    public void Shows_the_rides_the_failures_and_the_available_keys()
    {
        var screen = string.Join('\n', Drawn(A(Busy) with { Broken = true }, 120, 40));

        screen.ShouldMatch("in progress +1,234 ");
        screen.ShouldMatch(@"events/s +3\.0");
        screen.ShouldContain("3 s p95, slowest compute-fare");
        screen.ShouldContain("compute-fare_error");
        screen.ShouldContain("oldest 75 s");
        screen.ShouldContain("It [broke]");
        screen.ShouldContain("broker RabbitMq is not connected");
        screen.ShouldContain("Ada [the first] pays 9.10 EUR");
        screen.ShouldContain("fix fares");
        screen.ShouldContain("redrive 7");
    }

    [Fact]
    public void Does_not_show_unknown_values()
    {
        var nothing = new Metrics(
            [("requested", null)],
            [],
            null,
            null,
            null,
            null,
            null,
            new Dictionary<string, int>(),
            "nothing",
            [],
            null,
            []
        );

        var screen = string.Join('\n', Drawn(A(nothing), 80, 24));

        screen.ShouldMatch("requested +\\?");
        screen.ShouldContain("currently unknown");
        screen.ShouldMatch("lag +- no messages");
        Board.Line(A(nothing)).ShouldContain("? requested");
    }

    [Fact]
    public void Has_one_line_for_a_terminal_that_is_too_small() =>
        string.Join(' ', Drawn(A(Busy), 60, 12)).ShouldContain("1,234 in progress");

    [Fact]
    public void Is_plain_text_in_one_line_where_there_is_no_terminal()
    {
        var line = Board.Line(A(Busy));

        line.ShouldBe(
            "01:02:03 rides: 1,234 in progress, 5 completed | 3.0 events/s | lag 3 s | error queues: 7 | broker RabbitMq is not connected"
        );
        line.ShouldAllBe(character => !char.IsControl(character));
    }

    static Metrics Busy =>
        new(
            [("inProgress", 1234), ("completed", 5)],
            [.. Enumerable.Repeat(3, 60)],
            2.6,
            "compute-fare",
            12,
            0,
            3,
            new Dictionary<string, int> { ["RideRequested"] = 9 },
            "9.10 EUR",
            [
                .. Enumerable.Repeat(
                    new Observation(
                        DateTimeOffset.UnixEpoch,
                        "PaymentCaptured",
                        "Ada [the first] pays 9.10 EUR " + new string('!', 300)
                    ),
                    90
                ),
            ],
            [
                new ErrorQueue("compute-fare_error", 4, 75, "It [broke]"),
                new ErrorQueue("track-assignments_skipped", 3, null, null),
            ],
            ["broker RabbitMq is not connected"]
        );

    static View A(Metrics metrics) =>
        new(
            metrics,
            "http://localhost:5080  InMemory, Sqlite",
            7,
            2,
            Paused: false,
            Broken: false,
            new TimeSpan(1, 2, 3),
            StatusMessage: null,
            ("/tmp/demo.log", "warn: " + new string('x', 400)),
            Keys: true
        );

    static string[] Drawn(View view, int width, int height)
    {
        var text = new StringBuilder();
        using var writer = new StringWriter(text);
        var console = AnsiConsole.Create(
            new AnsiConsoleSettings
            {
                Ansi = AnsiSupport.No,
                ColorSystem = ColorSystemSupport.NoColors,
                Out = new AnsiConsoleOutput(writer),
            }
        );
        (console.Profile.Width, console.Profile.Height) = (width, height);
        console.Write(Board.Draw(view, width, height));
        return text.ToString().TrimEnd('\n').Split('\n');
    }
}
