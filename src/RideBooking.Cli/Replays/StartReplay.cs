using System.CommandLine;
using RideBooking.Cli.Api;

namespace RideBooking.Cli.Replays;

/// <summary><c>replay start</c>: requests a replay, and shows its progress until it ends.</summary>
internal static class StartReplay
{
    const int MaxRate = 1_000_000;

    public static Command Make(Terminal terminal, HostOptions host)
    {
        var projection = new Argument<string>("projection")
        {
            Description = "The projection, such as ride-facts; replay list shows all.",
        };
        var from = new Option<long?>("--from")
        {
            Description = "The position after which to begin. By default the whole log.",
            HelpName = "position",
        };
        var fromInstant = new Option<string?>("--from-instant")
        {
            Description = "The instant at which to begin, instead of a position, such as 2026-11-01T00:00:00Z.",
            HelpName = "instant",
        };
        var rate = Options.OptionalNumber("--rate", "Maximum number of events per second.", 1, MaxRate);
        var reason = Options.Reason();
        var noWait = new Option<bool>("--no-wait") { Description = "Do not wait for the end of the replay." };
        var command = new Command(
            "start",
            "Replay a projection. Its live rows are shown until the new rows replace them."
        )
        {
            projection,
            from,
            fromInstant,
            rate,
            reason,
            noWait,
        };
        command.SetAction(
            async (parsed, cancellationToken) =>
            {
                using var api = await host.Connect(parsed, cancellationToken);
                var replay = await api.Post(
                    "operations/replays",
                    new
                    {
                        Projection = parsed.GetValue(projection),
                        From = parsed.GetValue(from),
                        FromInstant = parsed.GetValue(fromInstant),
                        RatePerSecond = parsed.GetValue(rate),
                        Reason = parsed.GetValue(reason),
                    },
                    cancellationToken
                );
                if (!parsed.GetValue(noWait))
                    return await ShowReplay.ToItsEnd(api, terminal, replay, host.Json(parsed), cancellationToken);
                terminal.WriteLine(host.Json(parsed) ? replay.Indented() : $"{replay.As<ReplayResponse>().Id}");
                return ExitCode.Done;
            }
        );
        return command;
    }
}
