using System.Globalization;
using Spectre.Console;

namespace RideBooking.Benchmarks.Failures;

/// <summary>Formats the result for people.</summary>
static class FailuresReport
{
    const string Processes = "host / broker / database / driver";

    public static IEnumerable<Table> Tables(FailuresResult result) =>
        [Rides(result), Stored(result), Pages(result), .. ConsolePages(result), Actions(result), Memory(result)];

    static Table Rides(FailuresResult result)
    {
        var table = New(
                $"Rides alone and beside {result.Settings.FailuresPerSecond} failed messages a second",
                "rides/s",
                "p50, ms",
                "p99, ms",
                $"CPU ms/s: {Processes}"
            )
            .Caption(
                $"{result.Machine.Cores} cores ({result.Machine.Processor}), {result.Machine.Runtime}; a synced write takes {result.Machine.SyncedWriteMilliseconds:0.00} ms"
            );
        foreach (var (round, number) in result.AtPace.Select((round, number) => (round, number + 1)))
            AddRound(round, $"round {number}, {Text(result.RequestedPerSecond, "0.0")} rides/s");
        AddRound(result.FullLoad, $"{result.Settings.InFlight} in flight");
        return table;

        void AddRound(Round round, string name)
        {
            AddPart($"{name}, alone", round.Alone);
            AddPart($"{name}, beside failures", round.Beside);
            table.AddRow(
                "  ratio",
                Text(round.RidesPerSecond, "0.00"),
                Text(round.P50, "0.00"),
                Text(round.P99, "0.00")
            );
            var ingest = round.Ingest;
            table.AddRow(
                $"  {ingest.Published} messages, {Text(ingest.PublishedPerSecond)}/s: {ingest.MaxDepth} waited at most, {ingest.LastDepth} at the end; stored after {Text(ingest.StoredAfterSeconds, "0.0")} s"
            );
        }

        void AddPart(string name, RidesPart part) =>
            table.AddRow(
                name,
                Text(part.RidesPerSecond, "0.0"),
                Text(part.Captured.P50),
                Text(part.Captured.P99),
                Processor(part.Processor, "0")
            );
    }

    static Table Stored(FailuresResult result)
    {
        var table = New("Messages to the store", "messages/s", $"CPU ms per message: {Processes}");
        var fill = result.Fill;
        table.AddRow($"{fill.Published} published at once", Text(fill.PublishedPerSecond));
        table.AddRow("  stored, from the first publish", Text(fill.PerSecond), Processor(fill.Processor, "0.00"));
        table.AddRow(
            $"  stored, the last {fill.AfterPublishing} after all were published",
            Text(fill.PerSecondAfterPublishing)
        );
        return table;
    }

    static Table Pages(FailuresResult result) =>
        Pages($"Requests, with {result.Settings.Stored} failed messages", result.Pages);

    static IEnumerable<Table> ConsolePages(FailuresResult result)
    {
        if (result.Settings.Browser is not null)
            yield return Pages(
                $"Pages of the console in a browser, with {result.Settings.Stored} failed messages",
                result.ConsolePages
            );
    }

    static Table Pages(string title, IReadOnlyList<PageTime> pages)
    {
        var table = New(title, "p50, ms", "max, ms", "bytes");
        foreach (var page in pages)
            table.AddRow(page.Name, Text(page.Time.P50), Text(page.Time.Max), Text(page.Bytes));
        return table;
    }

    static Table Actions(FailuresResult result)
    {
        var table = New(
            "Actions",
            "messages",
            "answered, s",
            "sent/s",
            "done/s",
            $"CPU ms per message: {Processes}",
            "one message meanwhile: p50, ms",
            "max, ms"
        );
        foreach (var action in result.Actions)
            table.AddRow(
                action.Name,
                Text(action.Messages),
                Text(action.AnsweredSeconds, "0.0"),
                action.SentPerSecond is { } sent ? Text(sent) : "",
                Text(action.PerSecond),
                Processor(action.Processor, "0.00"),
                Text(action.Beside.P50),
                Text(action.Beside.Max)
            );
        return table;
    }

    static Table Memory(FailuresResult result)
    {
        var table = New("Memory, MB", "host", "heap", "broker", "database");
        foreach (var peak in result.Memory)
            table.AddRow(
                peak.Part,
                Text(peak.Host),
                Text(peak.HostHeap),
                Text(peak.Processes.GetValueOrDefault("rabbitmq")),
                Text(peak.Processes.GetValueOrDefault("postgres"))
            );
        table.AddEmptyRow();
        table.AddRow(
            result.Breaches.Count == 0
                ? "[green]nothing is lost[/]"
                : $"[red]{result.Breaches.Count} guarantees were broken[/]"
        );
        return table;
    }

    static Table New(string title, params IEnumerable<string> columns)
    {
        var table = new Table { Border = TableBorder.Rounded }
            .Title(title)
            .AddColumn("");
        foreach (var column in columns)
            table.AddColumn(new TableColumn(column).RightAligned());
        return table;
    }

    static string Processor(IReadOnlyDictionary<string, double> time, string format) =>
        string.Join(
            " / ",
            new[] { "host", "rabbitmq", "postgres", "driver" }.Select(process =>
                Text(time.GetValueOrDefault(process), format)
            )
        );

    static string Text(double value, string format = "0") => value.ToString(format, CultureInfo.InvariantCulture);
}
