using System.CommandLine;
using System.Text.Json;
using RideBooking.Cli.Api;

namespace RideBooking.Cli.ErrorQueues.Raw;

/// <summary><c>error-queues raw list</c>: counts the messages in the broker's error and skipped queues.</summary>
internal static class ListRaw
{
    public static Command Make(Terminal terminal, HostOptions host, BrokerOptions broker)
    {
        var names = Options.Many(
            "queues",
            "Queues to count, whatever their names. Default: all error and skipped queues that hold messages, as the management API lists them.",
            required: false
        );
        var all = new Option<bool>("--all") { Description = "Include empty queues." };
        var exitCode = Options.FailIfMessages();
        var command = new Command("list", "Count the messages in the broker's error and skipped queues.")
        {
            names,
            all,
            exitCode,
        };
        command.SetAction(
            async (parsed, cancellationToken) =>
            {
                var queues = parsed.GetValue(names) is { Length: > 0 } given
                    ? await Named(broker, parsed, given, cancellationToken)
                    : await All(broker, parsed, parsed.GetValue(all), cancellationToken);
                if (host.Json(parsed))
                    terminal.WriteLine(JsonSerializer.Serialize(new { items = queues }, Responses.Json));
                else if (queues.Count == 0)
                    terminal.WriteNote("No error queue holds a message.");
                else
                    terminal.Table(
                        [
                            new("Queue", IsKey: true),
                            new("Messages", IsNumber: true),
                            // By another operator, or by a host that is storing them.
                            new("Held by a consumer", IsNumber: true),
                        ],
                        queues.Select(IReadOnlyList<string> (queue) => [queue.Queue, $"{queue.Count}", $"{queue.Held}"])
                    );
                return parsed.GetValue(exitCode) && queues.Any(queue => queue.Count + (queue.Held ?? 0) > 0)
                    ? ExitCode.MessagesLeft
                    : ExitCode.Done;
            }
        );
        return command;
    }

    static async Task<List<RawQueue>> Named(
        BrokerOptions options,
        ParseResult parsed,
        IReadOnlyList<string> names,
        CancellationToken cancellationToken
    )
    {
        await using var broker = await options.Connect(parsed, cancellationToken);
        List<RawQueue> queues = [];
        foreach (var name in names)
            queues.Add(new RawQueue(name, await broker.Count(name, cancellationToken), Held: null));
        return queues;
    }

    static async Task<List<RawQueue>> All(
        BrokerOptions options,
        ParseResult parsed,
        bool evenEmpty,
        CancellationToken cancellationToken
    ) =>
        [
            .. (await options.Management(parsed).Queues(cancellationToken))
                .Where(queue => QueueNames.HoldsFailures(queue.Name))
                .Where(queue => evenEmpty || queue.Ready + queue.Unacknowledged > 0)
                .OrderBy(queue => queue.Name, StringComparer.Ordinal)
                .Select(queue => new RawQueue(queue.Name, queue.Ready, queue.Unacknowledged)),
        ];

    /// <param name="Queue">The queue's name.</param>
    /// <param name="Count">How many messages wait in it.</param>
    /// <param name="Held">How many messages consumers hold; null if it is not known.</param>
    sealed record RawQueue(string Queue, long Count, long? Held);
}

/// <summary>The names that MassTransit gives to the queues of an endpoint.</summary>
internal static class QueueNames
{
    static readonly string[] s_suffixes = ["_error", "_skipped"];

    public static bool HoldsFailures(string queue) => EndpointOf(queue) is not null;

    /// <summary>Returns the endpoint whose failed or skipped messages a queue holds; null if it is another queue.</summary>
    public static string? EndpointOf(string queue) =>
        s_suffixes.FirstOrDefault(suffix =>
            queue.Length > suffix.Length && queue.EndsWith(suffix, StringComparison.Ordinal)
        )
            is { } suffix
            ? queue[..^suffix.Length]
            : null;
}
