using System.CommandLine;
using System.CommandLine.Parsing;

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
            "An operator's token. Default: RIDEBOOKING_TOKEN, then a development token if the host issues one.",
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
        command.Add(_url);
        command.Add(_token);
        command.Add(_json);
        return this;
    }

    public bool Json(ParseResult parsed) => parsed.GetValue(_json);

    /// <summary>Signs in to the host, with the address and token from the command line or the environment.</summary>
    /// <exception cref="CommandFailedException">The host is unavailable, or issues no token.</exception>
    public Task<HostApi> Connect(ParseResult parsed, CancellationToken cancellationToken) =>
        HostApi.Connect(
            Given(parsed, _url, "RIDEBOOKING_URL") ?? DefaultUrl,
            Given(parsed, _token, "RIDEBOOKING_TOKEN"),
            cancellationToken
        );

    /// <summary>Returns the option, or else the environment variable; null if neither has text.</summary>
    public static string? Given(ParseResult parsed, Option<string> option, string variable)
    {
        var text = parsed.GetValue(option) ?? Environment.GetEnvironmentVariable(variable);
        return string.IsNullOrWhiteSpace(text) ? null : text.Trim();
    }
}
