using System.CommandLine;
using RideBooking.Cli.Api;

namespace RideBooking.Cli.ErrorQueues;

/// <summary>
/// <c>error-queues discard</c>: takes failed messages out of the list, with a reason. <c>restore</c> puts them back.
/// </summary>
internal static class Discard
{
    public static Command Make(Terminal terminal, HostOptions host) =>
        new ChangeMessages("discard", Done: Spellings.MessageDiscarded, Before: Spellings.MessageFailed).Make(
            terminal,
            host,
            "Discard failed messages. They are stored: see show --discarded, and restore."
        );
}
