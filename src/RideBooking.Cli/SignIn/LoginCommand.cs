using System.CommandLine;
using System.Text.Json;
using RideBooking.Cli.Api;

namespace RideBooking.Cli.SignIn;

/// <summary><c>ridebooking login</c>: gets an operator's token and stores it for later commands.</summary>
internal static class LoginCommand
{
    public static Command Make(Terminal terminal)
    {
        var host = new HostOptions();
        var authority = new Option<string>("--authority")
        {
            Description =
                "The OpenID Connect authority that the host trusts (its Auth:Authority). Default: RIDEBOOKING_AUTHORITY, then the host's sign-in for development.",
            HelpName = "address",
        };
        var clientId = new Option<string>("--client-id")
        {
            Description = "This program's client id at the authority. Default: RIDEBOOKING_CLIENT_ID.",
            HelpName = "id",
        };
        var scope = new Option<string>("--scope")
        {
            Description =
                "The scopes to ask for, separated by blanks. Default: RIDEBOOKING_SCOPE, then openid for a person and none for a service.",
            HelpName = "scopes",
        };
        var audience = new Option<string>("--audience")
        {
            Description = "The audience to ask for, where the authority needs it. Default: RIDEBOOKING_AUDIENCE.",
            HelpName = "audience",
        };
        var service = new Option<bool>("--client-credentials")
        {
            Description =
                "Sign in as a service, with the client's secret from RIDEBOOKING_CLIENT_SECRET, instead of as a person with a browser.",
        };
        var command = new Command("login", "Sign in to a host. Later commands use the token.")
        {
            authority,
            clientId,
            scope,
            audience,
            service,
        };
        command.SetAction(
            async (parsed, cancellationToken) =>
            {
                var address = host.Address(parsed);
                Session session;
                if (HostOptions.Given(parsed, authority, "RIDEBOOKING_AUTHORITY") is { } issuer)
                {
                    var isService = parsed.GetValue(service);
                    var client = new Client(
                        HostOptions.Given(parsed, clientId, "RIDEBOOKING_CLIENT_ID")
                            ?? throw new CommandFailedException(
                                ExitCode.Usage,
                                "Give the client's id with --client-id or RIDEBOOKING_CLIENT_ID."
                            ),
                        HostOptions.Given(parsed, scope, "RIDEBOOKING_SCOPE") ?? (isService ? null : "openid"),
                        HostOptions.Given(parsed, audience, "RIDEBOOKING_AUDIENCE"),
                        isService
                    );
                    session = await SignIn(terminal, issuer, client, cancellationToken);
                    await Check(terminal, address, session.Token, cancellationToken);
                }
                else if (parsed.GetValue(service) || parsed.GetValue(clientId) is not null)
                    throw new CommandFailedException(
                        ExitCode.Usage,
                        "Give the authority with --authority or RIDEBOOKING_AUTHORITY."
                    );
                else
                {
                    using var api = await HostApi.Connect(address, token: null, cancellationToken);
                    session = Session.With(api.Token, authority: null, client: null, refreshToken: null);
                }
                await Sessions.Add(address, session, cancellationToken);
                Report(terminal, address, session, host.Json(parsed));
                return ExitCode.Done;
            }
        );
        host.AddAddressTo(command);
        return command;
    }

    static async Task<Session> SignIn(
        Terminal terminal,
        string issuer,
        Client client,
        CancellationToken cancellationToken
    )
    {
        using var authority = await Authority.Discover(issuer, cancellationToken);
        if (client.IsService)
            return await authority.SignIn(client, cancellationToken);
        var begun = await authority.Begin(client, cancellationToken);
        terminal.WriteNote(
            begun.VerificationUriComplete is { } complete
                ? $"Open {complete} in a browser and check that it shows the code {begun.UserCode}."
                : $"Open {begun.VerificationUri} in a browser and enter the code {begun.UserCode}."
        );
        return await authority.Approval(client, begun, cancellationToken);
    }

    // Here it is clear that the sign-in is to blame, later it would not be.
    static async Task Check(Terminal terminal, Uri address, string token, CancellationToken cancellationToken)
    {
        try
        {
            using var api = await HostApi.Connect(address, token, cancellationToken);
            await api.Get("operations/redrives?limit=1", cancellationToken);
        }
        catch (CommandFailedException exception) when (exception.ExitCode == ExitCode.NotAllowed)
        {
            throw new CommandFailedException(
                ExitCode.NotAllowed,
                $"The authority issued a token, but {address} does not accept it as an operator's: {exception.Message} You are not signed in."
            );
        }
        catch (CommandFailedException exception) when (exception.ExitCode == ExitCode.Unreachable)
        {
            terminal.WriteNote($"Not checked whether the host accepts the token: {exception.Message}");
        }
    }

    static void Report(Terminal terminal, Uri address, Session session, bool json)
    {
        var subject = Session.Subject(session.Token);
        var isRenewed = session.RefreshToken is not null;
        terminal.WriteLine(
            json
                ? JsonSerializer.Serialize(
                    new
                    {
                        url = address.AbsoluteUri,
                        session.Authority,
                        subject,
                        session.ExpiresAt,
                        isRenewed,
                    },
                    Responses.Json
                )
                : $"Signed in to {address} as {subject} until {Text.Instant(session.ExpiresAt)}{(isRenewed ? ", and renewed after that" : "")}."
        );
    }
}
