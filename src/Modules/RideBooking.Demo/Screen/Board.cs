using System.Globalization;
using RideBooking.Demo.Watching;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace RideBooking.Demo.Screen;

/// <summary>Draws the screen: rides, message flow, error queues, recent events, and the viewer's keys.</summary>
internal static class Board
{
    const int Header = 2;
    const int Middle = 9;
    const int Footer = 2;
    const int Frame = 2;
    const int MaxErrorQueues = 4;
    const string Dim = "grey";

    /// <summary>The minimum size of the terminal.</summary>
    public static readonly (int Width, int Height) MinSize = (78, 22);

    /// <summary>Draws the screen for a terminal of this size.</summary>
    public static IRenderable Draw(View view, int width, int height)
    {
        if (width < MinSize.Width || height < MinSize.Height)
            return new Text($"{Line(view)}\nA terminal of {MinSize.Width} × {MinSize.Height} shows more.");
        var metrics = view.Metrics;
        var errors = ErrorQueues(view);
        var events = height - Header - Middle - Frame - errors.Count - Footer;
        var left = Math.Min(40, width * 9 / 20);
        return new Layout().SplitRows(
            Part(Header, Lines(Head(view), width)),
            new Layout()
                .Size(Middle)
                .SplitColumns(
                    new Layout(Framed("Rides", Rides(metrics), left)).Size(left),
                    new Layout(Framed("Flow", Flow(view, width - left - Frame), width - left)).Size(width - left)
                ),
            Part(Frame + errors.Count, Framed("Error queues", errors, width, metrics.Failed > 0 ? Color.Red : null)),
            Part(events, Framed("What happens", Events(metrics, events - Frame), width)),
            Part(Footer, Lines(Foot(view), width))
        );
    }

    /// <summary>Returns the same in one line of plain text, for an output that is not a terminal.</summary>
    public static string Line(View view)
    {
        var metrics = view.Metrics;
        var rides = string.Join(", ", metrics.Rides.Select(state => $"{Known(state.Count)} {Words(state.State)}"));
        var unhealthy = metrics.Unhealthy.Count > 0 ? $" | {string.Join("; ", metrics.Unhealthy)}" : "";
        var doing = $"{(view.Broken ? " | fares are broken" : "")}{(view.Paused ? " | paused" : "")}";
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{view.Running:hh\\:mm\\:ss} rides: {rides} | {metrics.Rate:0.0} events/s | lag {Age(metrics.Lag)} | error queues: {Known(metrics.Failed)}{doing}{unhealthy}"
        );
    }

    static List<OneLine> Head(View view)
    {
        var metrics = view.Metrics;
        var pace = string.Create(CultureInfo.InvariantCulture, $"pace {view.Pace:0.###}×");
        var health = metrics.Unhealthy.Count == 0 ? "healthy" : string.Join("; ", metrics.Unhealthy);
        return
        [
            new OneLine()
                .Add(" RideBooking  ", "bold")
                .Add(view.Where, Dim)
                .AddRight(view.Paused ? "  paused" : $"  {pace}", view.Paused ? "yellow" : "bold")
                .AddRight($"  seed {view.Seed}  {view.Running:hh\\:mm\\:ss} ", Dim),
            new OneLine()
                .Add($" ● {health}", metrics.Unhealthy.Count == 0 ? "green" : "red")
                .AddRight("  since the start ", Dim)
                .AddRight(Known(metrics.Count("RideRequested")))
                .AddRight(" asked, ", Dim)
                .AddRight(Known(metrics.Count("PaymentCaptured")))
                .AddRight(" paid, ", Dim)
                .AddRight($"{metrics.Taken} "),
        ];
    }

    static IEnumerable<OneLine> Rides(Metrics metrics)
    {
        foreach (var (state, count) in metrics.Rides)
        {
            var (color, underWay) = state switch
            {
                Spellings.Requested => ("yellow", true),
                Spellings.DriverAssigned or Spellings.DriverArrived => ("blue", true),
                Spellings.InProgress => ("aqua", true),
                Spellings.Completed => ("green", false),
                _ => (Dim, false),
            };
            // Rides under way come and go, so they get a bar. Ended rides are a total that only grows.
            var bar = underWay ? new string('█', (int)Math.Min(count ?? 0, 40)) : "";
            yield return new OneLine()
                .Add($" {Words(state)}", color, 17)
                .Add(Known(count), "bold", 7, right: true)
                .Add($" {bar}", color);
        }
    }

    static IEnumerable<OneLine> Flow(View view, int width)
    {
        const int label = 9;
        const int number = 5;
        var metrics = view.Metrics;
        // The newest value is at the right end.
        var seconds = metrics.EventsPerSecond.TakeLast(width - label - number - 2);
        var rate = metrics.Rate.ToString("0.0", CultureInfo.InvariantCulture);
        yield return Row("events/s", rate).Add($" {Sparkline(seconds)}", "aqua");
        yield return metrics.Lag is null
            ? Row("lag", "-").Add(" no messages", Dim)
            : Row("lag", Age(metrics.Lag)).Add($" p95, slowest {metrics.SlowestEndpoint}", Dim);
        yield return metrics.Waiting is null
            ? Row("queues", "-").Add(" known on RabbitMQ only", Dim)
            : Row("queues", Known(metrics.Waiting)).Add(" messages wait", Dim);
        yield return Row("outbox", Known(metrics.Outbox)).Add(" not with the broker yet", Dim);
        yield return Row("timers", Known(metrics.Timers)).Add(" with redeliveries", Dim);
        yield return Row("offers", Known(metrics.Count("DriverAssigned")))
            .Add(" taken, ", Dim)
            .Add(Known(metrics.Count("OfferDeclined")))
            .Add(" declined, ", Dim)
            .Add(Known(metrics.Count("OfferExpired")))
            .Add(" late", Dim);
        yield return Row("cards", Known(metrics.Count("PaymentCaptured")))
            .Add(" paid, ", Dim)
            .Add(Known(metrics.Count("PaymentFailed")))
            .Add(" failed, ", Dim)
            .Add(Known(metrics.Count("BalanceOutstanding")))
            .Add(" owing", Dim);

        static OneLine Row(string what, string value) =>
            new OneLine().Add($" {what}", Dim, label).Add(value, "bold", number, right: true);
    }

    static List<OneLine> ErrorQueues(View view)
    {
        if (view.Metrics.ErrorQueues is not { } queues)
            return [new OneLine().Add(" currently unknown", "yellow")];
        if (queues.Count == 0)
            return
            [
                view.Broken
                    ? new OneLine().Add(
                        " failing messages are retried first, and arrive here in some seconds",
                        "yellow"
                    )
                    : new OneLine().Add(" empty", "green").Add("  press b to break fares", Dim),
            ];
        return
        [
            .. queues
                .Take(MaxErrorQueues)
                .Select(queue =>
                    new OneLine()
                        .Add($" {queue.Name}", "red", queues.Max(one => one.Name.Length) + 2)
                        .Add(Known(queue.Count), "bold", 5, right: true)
                        .Add($"  oldest {Age(queue.OldestSeconds)}", Dim, 16)
                        .Add($"  {queue.Why ?? "no consumer for this type"}", Dim)
                ),
        ];
    }

    static IEnumerable<OneLine> Events(Metrics metrics, int rows)
    {
        var latest = metrics.Latest.Take(Math.Max(0, rows)).ToList();
        var type = latest.Select(observation => observation.Type.Length).DefaultIfEmpty().Max();
        return latest.Select(observation =>
            new OneLine()
                .Add($" {observation.At.ToLocalTime():HH:mm:ss}  ", Dim)
                .Add(observation.Type, ColorOf(observation.Type), type)
                .Add($"  {observation.Text}")
        );
    }

    static List<OneLine> Foot(View view)
    {
        var failed = view.Metrics.Failed ?? 0;
        var keys = new OneLine();
        if (view.Keys)
        {
            Key("b", view.Broken ? "fix fares" : "break fares", view.Broken);
            Key("r", failed > 0 ? $"redrive {failed}" : "redrive", failed > 0);
            Key("p", view.Paused ? "resume" : "pause", view.Paused);
            Key("+", "faster");
            Key("-", "slower");
            Key("q", "quit");
        }
        else
            keys.Add(" No keyboard available: use PUT /api/v1/demo to steer, Ctrl-C to quit.", Dim);
        return
        [
            keys,
            view.StatusMessage is not null
                ? new OneLine().Add($" {view.StatusMessage}", "yellow")
                : new OneLine().Add($" log {view.Log.File}  {view.Log.LastLine}", Dim),
        ];

        void Key(string key, string does, bool now = false) =>
            keys.Add(" ").Add($" {key} ", "black on grey").Add($" {does} ", now ? "yellow" : "");
    }

    static Layout Part(int size, IRenderable content) => new Layout(content).Size(size);

    static Panel Framed(string title, IEnumerable<OneLine> lines, int width, Color? color = null) =>
        new Panel(Lines(lines, width - Frame))
        {
            Header = new PanelHeader($" {title} "),
            Expand = true,
            Padding = new Padding(0),
        }
            .RoundedBorder()
            .BorderColor(color ?? Color.Grey);

    static Rows Lines(IEnumerable<OneLine> lines, int width) => new(lines.Select(line => line.Draw(width)));

    static string ColorOf(string type) =>
        type switch
        {
            "PaymentFailed" or "BalanceOutstanding" or "NoDriverFound" => "red",
            "RideCancelled" or "OfferDeclined" or "OfferExpired" or "DriverUnassigned" => "yellow",
            "PaymentCaptured" or "BalanceSettled" or "RideCompleted" => "green",
            "RideRequested" => "aqua",
            _ => Dim,
        };

    static string Sparkline(IEnumerable<int> values)
    {
        const string steps = "▁▂▃▄▅▆▇█";
        var all = values.ToList();
        var max = Math.Max(1, all.DefaultIfEmpty().Max());
        return string.Concat(all.Select(value => steps[value * (steps.Length - 1) / max]));
    }

    static string Words(string state) =>
        state switch
        {
            Spellings.DriverAssigned => "driver assigned",
            Spellings.DriverArrived => "driver arrived",
            Spellings.InProgress => "in progress",
            Spellings.NoDriverFound => "no driver found",
            _ => state,
        };

    static string Known(double? number) => number?.ToString("#,0", CultureInfo.InvariantCulture) ?? "?";

    static string Age(double? seconds) =>
        seconds switch
        {
            null => "-",
            < 1 => string.Create(CultureInfo.InvariantCulture, $"{seconds * 1000:0} ms"),
            < 120 => string.Create(CultureInfo.InvariantCulture, $"{seconds:0} s"),
            _ => string.Create(CultureInfo.InvariantCulture, $"{seconds / 60:0} min"),
        };
}
