using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;
using RideBooking.Cli;
using RideBooking.Operations.ErrorQueues;
using RideBooking.Operations.FailedMessages;
using RideBooking.Platform.Persistence;
using RideBooking.TestKit.Api;
using RideBooking.Tests.Host;
using RideBooking.Tests.Operations;

namespace RideBooking.Tests.Cli;

/// <summary>The embedded host on a port, and an operator who uses the command line.</summary>
public class ListeningHost : IAsyncLifetime
{
    readonly HostInProcess _host;

    public ListeningHost()
        : this(new EmbeddedHost()) { }

    /// <summary>Takes a host with other settings.</summary>
    protected ListeningHost(HostInProcess host) => _host = host;

    public string Url => _host.ClientOptions.BaseAddress.ToString();

    public City City => _host.City;

    public IServiceProvider Services => _host.Services;

    public ValueTask InitializeAsync()
    {
        _host.UseKestrel(0);
        _host.StartServer();
        return ValueTask.CompletedTask;
    }

    public async ValueTask DisposeAsync()
    {
        await _host.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    /// <summary>Puts unreadable events into an endpoint's queue, and waits until they are in its error queue.</summary>
    /// <returns>The id of their ride.</returns>
    public async Task<Guid> Poison(string endpoint, int messages = 1, string messageType = "RideCompleted")
    {
        var rideId = Guid.CreateVersion7();
        for (var number = 0; number < messages; number++)
        {
            var id = Guid.CreateVersion7();
            var message = new JsonObject { ["rideId"] = rideId.ToString(), ["riderId"] = 12 };
            await _host.Services.Put(endpoint, RawMessages.Envelope(id, messageType, message), id.ToString());
        }
        await Failed(endpoint, rideId, messages);
        return rideId;
    }

    /// <summary>Puts a body into an endpoint's queue, and waits until it is in its error queue.</summary>
    /// <returns>Its id as a failed message.</returns>
    public async Task<string> PoisonWith(string endpoint, byte[] body)
    {
        var messageId = Guid.CreateVersion7().ToString();
        await _host.Services.Put(endpoint, body, messageId);
        string? Found(JsonNode? list) =>
            list!["items"]!
                .AsArray()
                .FirstOrDefault(item => item!["messageId"]?.ToString() == messageId)
                ?["id"]!.ToString();
        var answer = await (await City.Operator()).Until(
            $"the message {messageId} in {endpoint}_error",
            $"operations/failed-messages?queue={endpoint}_error&limit=100",
            answer => Found(answer.Body) is not null
        );
        return Found(answer.Body)!;
    }

    /// <summary>Stores failed messages as if they had been in an error queue.</summary>
    public async Task Store(string queue, int messages)
    {
        await using var scope = Services.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<AppDbContext>();
        for (var number = 0; number < messages; number++)
            db.Add(
                StoredMessage.Of(
                    new FailedMessage(
                        queue,
                        new Dictionary<string, string?>(),
                        null,
                        "{}"u8.ToArray(),
                        $"{Guid.NewGuid()}"
                    ),
                    DateTimeOffset.UtcNow
                )
            );
        await db.SaveChangesAsync(TestContext.Current.CancellationToken);
    }

    /// <summary>Waits until the endpoint's error queue holds the given number of messages of the ride.</summary>
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

    /// <summary>Runs a command with redirected input, where it cannot ask for confirmation.</summary>
    public Task<CommandResult> Run(params string[] command) => At(this, null, command);

    /// <summary>Runs a command on a terminal.</summary>
    /// <param name="width">The number of columns.</param>
    /// <param name="answer">The answer to the confirmation.</param>
    /// <param name="command">The command, without the host's address.</param>
    public Task<CommandResult> RunOnTerminal(int width, string answer, params string[] command) =>
        At(this, (width, answer), command);

    /// <summary>Runs a command on a terminal, whose user edits files with a shell command.</summary>
    /// <param name="editor">The command, to which the file's name is added.</param>
    /// <param name="answer">The answer to the confirmation.</param>
    /// <param name="command">The command, without the host's address.</param>
    public Task<CommandResult> RunWithEditor(string editor, string answer, params string[] command) =>
        At(this, (100, answer), command, editor);

    static async Task<CommandResult> At(
        ListeningHost host,
        (int Width, string Answer)? terminal,
        string[] command,
        string? editor = null
    ) =>
        await CommandResult.By(
            [.. command, "--url", host.Url],
            terminal,
            TestContext.Current.CancellationToken,
            editor
        );
}

/// <summary>A command's output and exit code.</summary>
public sealed record CommandResult(int ExitCode, string Out, string Error)
{
    public static async Task<CommandResult> By(
        string[] command,
        (int Width, string Answer)? terminal,
        CancellationToken cancellationToken,
        string? editor = null
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
                Editor = editor,
            },
            cancellationToken
        );
        return new CommandResult(exitCode, output.ToString(), error.ToString());
    }

    public IReadOnlyList<string> Lines => Out.Split('\n', StringSplitOptions.RemoveEmptyEntries);

    public JsonNode Json => JsonNode.Parse(Out)!;

    public CommandResult ShouldEnd(int exitCode)
    {
        ExitCode.ShouldBe(exitCode, $"{Out}\n{Error}");
        return this;
    }
}
