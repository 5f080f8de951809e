using System.CommandLine;
using RideBooking.Cli.Api;

namespace RideBooking.Cli.SignIn;

/// <summary><c>ridebooking logout</c>: deletes the stored token of a host.</summary>
internal static class LogoutCommand
{
    public static Command Make(Terminal terminal)
    {
        var host = new HostOptions();
        var command = new Command("logout", "Sign out: delete the stored token of a host.");
        command.SetAction(
            async (parsed, cancellationToken) =>
            {
                var address = host.Address(parsed);
                if (await Sessions.Remove(address, cancellationToken) is not { } session)
                {
                    terminal.WriteNote($"You were not signed in to {address}.");
                    return ExitCode.Done;
                }
                if (session is { Authority: { } issuer, Client: { } client, RefreshToken: { } refreshToken })
                    try
                    {
                        using var authority = await Authority.Discover(issuer, cancellationToken);
                        await authority.Revoke(client, refreshToken, cancellationToken);
                    }
                    catch (CommandFailedException exception)
                    {
                        throw new CommandFailedException(
                            exception.ExitCode,
                            $"The stored token is deleted, but the authority still accepts copies of it: {exception.Message}"
                        );
                    }
                terminal.WriteLine($"Signed out of {address}.");
                return ExitCode.Done;
            }
        );
        host.AddAddressTo(command);
        return command;
    }
}
