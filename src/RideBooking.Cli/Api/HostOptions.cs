using System.CommandLine;
using System.CommandLine.Parsing;
using RideBooking.Cli.SignIn;

namespace RideBooking.Cli.Api;

/// <summary>Options of every command that calls a host's REST API.</summary>
internal sealed class HostOptions
{
    const string DefaultUrl = "http://localhost:5080";

    readonly Option<string> _url = new("--url")
    {
        Description = $"The host's address. Default: RIDEBOOKING_URL, then {DefaultUrl}.",
        HelpName = "address",
        Recursive = true,
    };

    readonly Option<string> _token = new("--token")
    {
        Description =
            "An operator's token. Default: RIDEBOOKING_TOKEN, then that of ridebooking login, then a development token if the host issues one.",
        HelpName = "token",
        Recursive = true,
    };

    readonly Option<bool> _json = new("--json")
    {
        Description = "Write the API's JSON response to standard output.",
        Recursive = true,
    };

    /// <summary>Adds these options to a command and its subcommands.</summary>
    public HostOptions AddTo(Command command)
    {
        command.Add(_token);
        return AddAddressTo(command);
    }

    /// <summary>Adds them without the token, which the command has from elsewhere.</summary>
    public HostOptions AddAddressTo(Command command)
    {
        command.Add(_url);
        command.Add(_json);
        return this;
    }

    public bool Json(ParseResult parsed) => parsed.GetValue(_json);

    /// <summary>Returns the host's address, from the command line or the environment.</summary>
    public Uri Address(ParseResult parsed) => HostApi.AddressOf(Given(parsed, _url, "RIDEBOOKING_URL") ?? DefaultUrl);

    /// <summary>Signs in to the host, with the token from the command line, the environment or an earlier sign-in.</summary>
    /// <exception cref="CommandFailedException">The host is unavailable, or issues no token.</exception>
    public async Task<HostApi> Connect(ParseResult parsed, CancellationToken cancellationToken)
    {
        var address = Address(parsed);
        var token = Given(parsed, _token, "RIDEBOOKING_TOKEN") ?? await Sessions.TokenFor(address, cancellationToken);
        return await HostApi.Connect(address, token, cancellationToken);
    }

    /// <summary>Returns the option, or else the environment variable; null if neither has text.</summary>
    public static string? Given(ParseResult parsed, Option<string> option, string variable)
    {
        var text = parsed.GetValue(option) ?? Environment.GetEnvironmentVariable(variable);
        return string.IsNullOrWhiteSpace(text) ? null : text.Trim();
    }
}
