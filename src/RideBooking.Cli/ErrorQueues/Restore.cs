using System.CommandLine;
using RideBooking.Cli.Api;

namespace RideBooking.Cli.ErrorQueues;

/// <summary><c>error-queues restore</c>: makes discarded messages failed messages again.</summary>
internal static class Restore
{
    public static Command Make(Terminal terminal, HostOptions host) =>
        new ChangeMessages("restore", Done: "restored", Before: Spellings.MessageDiscarded).Make(
            terminal,
            host,
            "Put discarded messages back; show --discarded lists them."
        );
}
