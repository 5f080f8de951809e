using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using Spectre.Console;

namespace RideBooking.Benchmarks;

/// <summary>Formats the result for people and for programs.</summary>
static class Report
{
    public static JsonSerializerOptions Json { get; } =
        new(JsonSerializerDefaults.Web) { WriteIndented = true, Converters = { new JsonStringEnumConverter() } };

    public static Table Table(BenchmarkResult result)
    {
        var (settings, ride) = (result.Settings, result.PerRide);
        var table = new Table { Border = TableBorder.Rounded }
            .Title(
                $"{settings.Rides} rides on {settings.Database} and {settings.Transport}, {settings.InFlight} in flight, {settings.Drivers} drivers"
            )
            .Caption(
                $"{result.Machine.Cores} cores ({result.Machine.Processor}), {result.Machine.Runtime}; a synced write takes {result.Machine.SyncedWriteMilliseconds:0.00} ms"
            )
            .AddColumn("")
            .AddColumn(new TableColumn("p50").RightAligned())
            .AddColumn(new TableColumn("p95").RightAligned())
            .AddColumn(new TableColumn("p99").RightAligned())
            .AddColumn(new TableColumn("max").RightAligned());
        Latencies("one at a time: request answered, ms", result.RequestAnsweredOneAtATime);
        Latencies("one at a time: requested to captured, ms", result.OneAtATime);
        Latencies("under load: request answered, ms", result.RequestAnsweredUnderLoad);
        Latencies("under load: requested to captured, ms", result.UnderLoad);
        if (result.Lag is { } lag)
        {
            Latencies($"at {Text(lag.RidesPerSecond, "0.0")} rides/s: event to client of the stream, ms", lag.Stream);
            foreach (var (subscription, latency) in lag.Subscriptions)
                Latencies($"  event to rows of {subscription}, ms", latency);
        }
        table.AddEmptyRow();
        One("complete rides per second", result.RidesPerSecond, "0.0");
        One("settled after the last ride, s", result.SettledAfterSeconds, "0.0");
        One("messages sent per ride", ride.MessagesSent);
        One("messages received per ride", ride.MessagesReceived);
        if (ride.MessagesFailed > 0)
            One("  of these failed", ride.MessagesFailed, "0.00");
        One("transactions per ride (EF Core)", ride.Transactions);
        if (ride.ServerTransactions is { } written)
            One("write transactions per ride (by PostgreSQL)", written);
        if (ride.ServerSyncs is { } synced)
            One("log syncs per ride (by PostgreSQL)", synced);
        One("SQL round trips per ride (EF Core)", ride.RoundTrips);
        One(
            $"% of the {Text(result.Limits.MessagesPerSecond)} messages/s the bus carries",
            result.ShareOfMessages * 100
        );
        if (result.ShareOfCommits is { } share)
            One($"% of the {Text(result.Limits.CommitsPerSecond!.Value)} commits/s the database takes", share * 100);
        foreach (var (process, time) in ride.ProcessorMilliseconds.Where(process => process.Key != "driver"))
            One($"CPU per ride: {process}, ms", time);
        if (ride.ProcessorMilliseconds.TryGetValue("driver", out var own))
            One("CPU per ride: this load driver, ms", own);
        foreach (var use in result.Memory.Where((_, number) => number % 4 == 0 || number == result.Memory.Count - 1))
            One(
                $"host's memory, {(use.Rides > settings.Rides ? "settled" : $"{use.Rides} rides")} (heap {Text(use.HostHeap)}), MB",
                use.Host
            );
        table.AddEmptyRow();
        table.AddRow(
            result.Breaches.Count == 0
                ? "[green]every ride was paid exactly once[/]"
                : $"[red]{result.Breaches.Count} guarantees were broken[/]"
        );
        return table;

        void Latencies(string what, Latency latency) =>
            table.AddRow(what, Text(latency.P50), Text(latency.P95), Text(latency.P99), Text(latency.Max));

        void One(string what, double value, string format = "0.#") => table.AddRow(what, Text(value, format));
    }

    /// <summary>Lists the queues and SQL statements of a ride, the most frequent first, one line each.</summary>
    public static IEnumerable<string> Details(BenchmarkResult result) =>
        result
            .PerRide.Details.OrderByDescending(detail => detail.Value)
            .Select(detail =>
                $"{Text(detail.Value, "0.00"), 8}  {string.Join(' ', detail.Key.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries))}"
            );

    static string Text(double value, string format = "0") => value.ToString(format, CultureInfo.InvariantCulture);
}
