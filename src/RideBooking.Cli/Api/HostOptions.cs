using System.CommandLine;
using System.CommandLine.Parsing;

namespace RideBooking.Cli.Api;

/// <summary>The options of every command that talks to a host over its REST API.</summary>
internal sealed class HostOptions
{
    const string DefaultUrl = "http://localhost:5080";

    readonly Option<string> _url = new("--url")
    {
        Description = $"The host's address; else RIDEBOOKING_URL, else {DefaultUrl}.",
        HelpName = "address",
        Recursive = true,
    };

    readonly Option<string> _token = new("--token")
    {
        Description = "An operator's token; else RIDEBOOKING_TOKEN, else a development token where the host gives one.",
        HelpName = "token",
        Recursive = true,
    };

    readonly Option<bool> _json = new("--json")
    {
        Description = "The result as JSON on standard output, as the API answers it.",
        Recursive = true,
    };

    /// <summary>Gives a command and all below it these options.</summary>
    public HostOptions AddTo(Command command)
    {
        command.Add(_url);
        command.Add(_token);
        command.Add(_json);
        return this;
    }

    public bool Json(ParseResult parsed) => parsed.GetValue(_json);

    /// <summary>Signs in where the command line or the environment says.</summary>
    /// <exception cref="CommandFailedException">The host is not there, or gives no token.</exception>
    public Task<HostApi> Connect(ParseResult parsed, CancellationToken cancellationToken) =>
        HostApi.Connect(
            Given(parsed, _url, "RIDEBOOKING_URL") ?? DefaultUrl,
            Given(parsed, _token, "RIDEBOOKING_TOKEN"),
            cancellationToken
        );

    static string? Given(ParseResult parsed, Option<string> option, string variable)
    {
        var text = parsed.GetValue(option) ?? Environment.GetEnvironmentVariable(variable);
        return string.IsNullOrWhiteSpace(text) ? null : text.Trim();
    }
}
