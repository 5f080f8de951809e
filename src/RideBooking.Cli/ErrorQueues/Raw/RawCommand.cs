using System.CommandLine;
using RideBooking.Cli.Api;

namespace RideBooking.Cli.ErrorQueues.Raw;

/// <summary>
/// <c>error-queues raw</c>: works on the broker's queues themselves, while the database or the hosts are unavailable.
/// </summary>
internal static class RawCommand
{
    public static Command Make(Terminal terminal, HostOptions host)
    {
        var broker = new BrokerOptions();
        var command = new Command(
            "raw",
            "Work on the broker's error and skipped queues themselves. This needs neither a host nor the database. A running host moves their messages to the store within seconds."
        )
        {
            ListRaw.Make(terminal, host, broker),
            PeekRaw.Make(terminal, host, broker),
            MoveRaw.Make(terminal, host, broker),
        };
        broker.AddTo(command);
        return command;
    }
}
