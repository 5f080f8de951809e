using System.CommandLine;
using RideBooking.Cli.Api;

namespace RideBooking.Cli.SignIn;

/// <summary><c>ridebooking token</c>: prints the token that the other commands send, for programs such as curl.</summary>
internal static class TokenCommand
{
    public static Command Make(Terminal terminal)
    {
        var host = new HostOptions();
        var command = new Command("token", "Print the token that the other commands send, for programs such as curl.");
        command.SetAction(
            async (parsed, cancellationToken) =>
            {
                using var api = await host.Connect(parsed, cancellationToken);
                terminal.WriteLine(api.Token);
                return ExitCode.Done;
            }
        );
        host.AddAddressTo(command);
        return command;
    }
}
