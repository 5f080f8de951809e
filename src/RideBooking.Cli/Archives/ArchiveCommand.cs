using System.CommandLine;
using RideBooking.Cli.Api;

namespace RideBooking.Cli.Archives;

/// <summary><c>ridebooking archive</c>: shows the archives of the event log, and lets a host write some.</summary>
internal static class ArchiveCommand
{
    public static Command Make(Terminal terminal)
    {
        var host = new HostOptions();
        var command = new Command("archive", "Show the archives of the event log, or archive finished rides now.")
        {
            ListArchives.Make(terminal, host),
            RunArchiver.Make(terminal, host),
        };
        host.AddTo(command);
        return command;
    }
}
