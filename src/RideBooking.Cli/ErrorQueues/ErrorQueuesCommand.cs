using System.CommandLine;
using RideBooking.Cli.Api;
using RideBooking.Cli.ErrorQueues.Raw;

namespace RideBooking.Cli.ErrorQueues;

/// <summary><c>ridebooking error-queues</c>: finds, explains, corrects, redrives and discards failed messages.</summary>
internal static class ErrorQueuesCommand
{
    public static Command Make(Terminal terminal)
    {
        var host = new HostOptions();
        var command = new Command("error-queues", "Find, inspect, correct, redrive and discard failed messages.")
        {
            ListQueues.Make(terminal, host),
            ListGroups.Make(terminal, host),
            WriteNote.Make(terminal, host),
            Show.Make(terminal, host),
            Simulate.Make(terminal, host),
            ExportTest.Make(terminal, host),
            Edit.Make(terminal, host),
            Repair.Make(terminal, host),
            Redrive.Make(terminal, host),
            ListRedrives.Make(terminal, host),
            FollowRedrive.Make(terminal, host),
            Discard.Make(terminal, host),
            Restore.Make(terminal, host),
            RawCommand.Make(terminal, host),
        };
        foreach (var control in ControlRedrive.Make(terminal, host))
            command.Add(control);
        host.AddTo(command);
        return command;
    }
}
