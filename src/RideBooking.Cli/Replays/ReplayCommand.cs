using System.CommandLine;
using RideBooking.Cli.Api;

namespace RideBooking.Cli.Replays;

/// <summary><c>ridebooking replay</c>: replays projections from the event log.</summary>
internal static class ReplayCommand
{
    public static Command Make(Terminal terminal)
    {
        var host = new HostOptions();
        var command = new Command("replay", "Replay projections from the event log.")
        {
            ListReplays.Make(terminal, host),
            StartReplay.Make(terminal, host),
            ShowReplay.Make(terminal, host),
            CancelReplay.Make(terminal, host),
        };
        host.AddTo(command);
        return command;
    }

    public static Argument<Guid> Id() => Options.IdArgument("replay", "The replay's id.");
}
