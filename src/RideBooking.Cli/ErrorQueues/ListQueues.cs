using System.CommandLine;
using RideBooking.Cli.Api;

namespace RideBooking.Cli.ErrorQueues;

/// <summary>
/// <c>error-queues list</c>: shows each queue's messages: how many, since when, and the most frequent failures.
/// </summary>
internal static class ListQueues
{
    public static Command Make(Terminal terminal, HostOptions host)
    {
        var all = new Option<bool>("--all") { Description = "Include empty queues." };
        var exitCode = Options.FailIfMessages();
        var command = new Command("list", "List error and skipped queues that hold messages.") { all, exitCode };
        command.SetAction(
            async (parsed, cancellationToken) =>
            {
                using var api = await host.Connect(parsed, cancellationToken);
                var response = await api.Get($"operations/error-queues?all={parsed.GetValue(all)}", cancellationToken);
                var queues = response.As<QueuesResponse>().Items;
                if (host.Json(parsed))
                    terminal.WriteLine(response.Indented());
                else
                    Write(terminal, queues);
                return parsed.GetValue(exitCode) && queues.Any(queue => queue.Count > 0)
                    ? ExitCode.MessagesLeft
                    : ExitCode.Done;
            }
        );
        return command;
    }

    static void Write(Terminal terminal, IReadOnlyList<QueueResponse> queues)
    {
        if (queues.Count == 0)
            terminal.WriteNote("No error queue holds a message.");
        else if (terminal.IsPiped)
            // One table for programs: one line for each fingerprint.
            terminal.Table(
                [
                    new("Queue"),
                    new("Messages"),
                    new("Oldest"),
                    new("Fingerprint"),
                    new("Messages with it"),
                    new("What failed"),
                ],
                queues.SelectMany(queue =>
                    Reasons(queue)
                        .DefaultIfEmpty(["", "", ""])
                        .Select(IReadOnlyList<string> (reason) => [.. Numbers(queue), .. reason])
                )
            );
        else
        {
            terminal.Table(
                [new("Queue", IsKey: true), new("Messages", IsNumber: true), new("Oldest", IsNumber: true)],
                queues.Select(Numbers)
            );
            terminal.Table(
                [new("Fingerprint", IsKey: true), new("Messages", IsNumber: true), new("What failed most often")],
                queues.SelectMany(queue =>
                    Reasons(queue).Select(IReadOnlyList<string> (of) => [of[0], of[1], $"{queue.Queue}: {of[2]}"])
                )
            );
        }
    }

    static IReadOnlyList<string> Numbers(QueueResponse queue) =>
        [queue.Queue, $"{queue.Count}", Text.Age(queue.OldestAgeSeconds)];

    static IEnumerable<IReadOnlyList<string>> Reasons(QueueResponse queue) =>
        queue.TopFingerprints.Select(
            IReadOnlyList<string> (reason) =>
                [
                    reason.Fingerprint,
                    $"{reason.Count}",
                    $"{reason.MessageType ?? "(unknown type)"}: {Failure.Of(reason.ExceptionType, reason.ExceptionMessage)}",
                ]
        );
}

/// <summary>An exception in one line.</summary>
internal static class Failure
{
    public static string Of(string? type, string? message) =>
        type is null
            ? "no consumer for this type"
            : $"{type[(type.LastIndexOfAny(['.', '+']) + 1)..]}: {message?.Split('\n')[0].Trim()}";
}
