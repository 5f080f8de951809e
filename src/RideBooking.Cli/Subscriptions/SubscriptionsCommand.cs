using System.CommandLine;
using RideBooking.Cli.Api;

namespace RideBooking.Cli.Subscriptions;

/// <summary><c>ridebooking subscriptions</c>: shows what reads the event log, and deals with what could not be applied.</summary>
internal static class SubscriptionsCommand
{
    public static Command Make(Terminal terminal)
    {
        var host = new HostOptions();
        var command = new Command(
            "subscriptions",
            "Show the readers of the event log, and retry or skip parked events."
        )
        {
            ListSubscriptions.Make(terminal, host),
            ListParkedEvents.Make(terminal, host),
            StartSubscription.Make(terminal, host),
        };
        foreach (var control in HandleParkedEvent.Make(terminal, host))
            command.Add(control);
        host.AddTo(command);
        return command;
    }

    public static Argument<string> Name() => new("subscription") { Description = "The name that list shows." };
}
