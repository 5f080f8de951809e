using System.CommandLine;
using RideBooking.Cli.Api;

namespace RideBooking.Cli.Riders;

/// <summary><c>ridebooking forget</c>: makes a rider's personal data permanently unreadable.</summary>
internal static class ForgetCommand
{
    public static Command Make(Terminal terminal)
    {
        var host = new HostOptions();
        var rider = new Argument<string>("rider") { Description = "The rider's id." };
        var reason = Options.Reason();
        var evenIfUnknown = new Option<bool>("--even-if-unknown")
        {
            Description = "Forget an id of which nothing is known. Its rider can then never use the service.",
        };
        var command = new Command("forget", "Make a rider's personal data permanently unreadable.")
        {
            rider,
            reason,
            evenIfUnknown,
        };
        command.SetAction(
            async (parsed, cancellationToken) =>
            {
                using var api = await host.Connect(parsed, cancellationToken);
                var forgotten = await api.Post(
                    $"operations/riders/{Uri.EscapeDataString(parsed.GetValue(rider)!)}/forget",
                    new { Reason = parsed.GetValue(reason), EvenIfUnknown = parsed.GetValue(evenIfUnknown) },
                    cancellationToken
                );
                terminal.WriteLine(
                    host.Json(parsed)
                        ? forgotten.Indented()
                        : $"The rider was forgotten at {Text.Instant(forgotten.As<ForgottenResponse>().ForgottenAt)}."
                );
                return ExitCode.Done;
            }
        );
        host.AddTo(command);
        return command;
    }
}
