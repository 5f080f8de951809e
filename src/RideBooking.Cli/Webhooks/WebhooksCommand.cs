using System.CommandLine;
using RideBooking.Cli.Api;

namespace RideBooking.Cli.Webhooks;

/// <summary><c>ridebooking webhooks</c>: what was sent to partners, or could not be.</summary>
internal static class WebhooksCommand
{
    public static Command Make(Terminal terminal)
    {
        var host = new HostOptions();
        var command = new Command("webhooks", "Show and redrive what is sent to partners.")
        {
            ListDeliveries.Make(terminal, host),
            RedriveDelivery.Make(terminal, host),
            ListPartners.Make(terminal, host),
        };
        host.AddTo(command);
        return command;
    }
}
