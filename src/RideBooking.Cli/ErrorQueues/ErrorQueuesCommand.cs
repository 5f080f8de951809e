using System.CommandLine;
using RideBooking.Cli.Api;

namespace RideBooking.Cli.ErrorQueues;

/// <summary><c>ridebooking error-queues</c>: find failed messages, understand them, and send them again or put them aside.</summary>
internal static class ErrorQueuesCommand
{
    public static Command Make(Terminal terminal)
    {
        var host = new HostOptions();
        var command = new Command("error-queues", "Failed messages: find, understand, send again, put aside.")
        {
            ListQueues.Make(terminal, host),
            Show.Make(terminal, host),
            Redrive.Make(terminal, host),
            FollowRedrive.Make(terminal, host),
            Discard.Make(terminal, host),
            Restore.Make(terminal, host),
        };
        host.AddTo(command);
        return command;
    }
}
