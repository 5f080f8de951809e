using System.Text.Json.Nodes;
using RideBooking.Cli;
using RideBooking.Tests.Api;
using RideBooking.Tests.Operations;

namespace RideBooking.Tests.Cli;

/// <summary>The embedded host on a port, and an operator in front of it with the command line.</summary>
public sealed class ListeningHost : IAsyncLifetime
{
    readonly EmbeddedHost _host = new();

    public string Url => _host.ClientOptions.BaseAddress.ToString();

    public City City => _host.City;

    public ValueTask InitializeAsync()
    {
        _host.UseKestrel(0);
        _host.StartServer();
        return ValueTask.CompletedTask;
    }

    public ValueTask DisposeAsync() => _host.DisposeAsync();

    /// <summary>Puts events into an endpoint's queue that its consumer cannot read, and waits until they lie in its error queue.</summary>
    /// <returns>The ride they are about.</returns>
    public async Task<Guid> Poison(string endpoint, int messages = 1)
    {
        var rideId = Guid.CreateVersion7();
        for (var number = 0; number < messages; number++)
        {
            var id = Guid.CreateVersion7();
            var message = new JsonObject { ["rideId"] = rideId.ToString(), ["riderId"] = 12 };
            await _host.Services.Put(endpoint, RawMessages.Envelope(id, "RideCompleted", message), id.ToString());
        }
        await Failed(endpoint, rideId, messages);
        return rideId;
    }

    /// <summary>Waits until so many messages of the ride lie in the endpoint's error queue.</summary>
    /// <returns>Their ids.</returns>
    public async Task<IReadOnlyList<string>> Failed(string endpoint, Guid rideId, int messages)
    {
        var operations = await City.Operator();
        var list = await operations.Until(
            $"{messages} messages in {endpoint}_error",
            $"operations/failed-messages?queue={endpoint}_error&rideId={rideId}&limit=100",
            answer => answer.Body!["items"]!.AsArray().Count == messages
        );
        return [.. list.Body!["items"]!.AsArray().Select(message => message!["id"]!.ToString())];
    }

    /// <summary>Runs a command in a pipe, where nobody can be asked.</summary>
    public Task<Said> Run(params string[] command) => At(this, null, command);

    /// <summary>Runs a command on a terminal.</summary>
    /// <param name="width">Its columns.</param>
    /// <param name="answer">What is typed when it asks.</param>
    /// <param name="command">The command, without the host's address.</param>
    public Task<Said> RunOnTerminal(int width, string answer, params string[] command) =>
        At(this, (width, answer), command);

    static async Task<Said> At(ListeningHost host, (int Width, string Answer)? terminal, string[] command) =>
        await Said.By([.. command, "--url", host.Url], terminal, TestContext.Current.CancellationToken);
}

/// <summary>What a command said, and how it ended.</summary>
public sealed record Said(int ExitCode, string Out, string Error)
{
    public static async Task<Said> By(
        string[] command,
        (int Width, string Answer)? terminal,
        CancellationToken cancellationToken
    )
    {
        var (output, error) = (new StringWriter(), new StringWriter());
        var isTerminal = terminal is not null;
        var exitCode = await CommandLine.Run(
            command,
            new Terminal(
                output,
                error,
                new StringReader(terminal?.Answer + "\n"),
                (isTerminal, Error: false, isTerminal)
            )
            {
                Width = terminal?.Width,
            },
            cancellationToken
        );
        return new Said(exitCode, output.ToString(), error.ToString());
    }

    public IReadOnlyList<string> Lines => Out.Split('\n', StringSplitOptions.RemoveEmptyEntries);

    public JsonNode Json => JsonNode.Parse(Out)!;

    public Said ShouldEnd(int exitCode)
    {
        ExitCode.ShouldBe(exitCode, $"{Out}\n{Error}");
        return this;
    }
}
