using System.CommandLine;
using System.Text.Json;
using RideBooking.Cli.Api;

namespace RideBooking.Cli.ErrorQueues;

/// <summary><c>error-queues show</c>: lists the messages of a queue, or shows everything about one message.</summary>
internal static class Show
{
    const int MaxPerPage = 100;

    public static Command Make(Terminal terminal, HostOptions host)
    {
        var targets = new Targets(required: false);
        var limit = Options.Number("--limit", "Maximum number of messages.", 1, 1_000_000, standard: 20);
        var discarded = new Option<bool>("--discarded") { Description = "List discarded messages, newest first." };
        var exitCode = Options.FailIfMessages();
        var redrive = Options.Id("--redrive", "List the messages of this redrive, whatever became of them.");
        var command = new Command(
            "show",
            "List the messages of a queue (by default of all queues), oldest first; or show everything about one message."
        )
        {
            limit,
            discarded,
            exitCode,
            redrive,
        };
        targets.AddTo(command);
        command.SetAction(
            async (parsed, cancellationToken) =>
            {
                using var api = await host.Connect(parsed, cancellationToken);
                if (targets.Ids(parsed) is { } ids)
                {
                    foreach (var id in ids)
                        await One(api, terminal, id, host.Json(parsed), cancellationToken);
                    return ExitCode.Done;
                }
                var which =
                    parsed.GetValue(redrive) is { } redriveId ? $"redriveId={redriveId}"
                    : parsed.GetValue(discarded) ? $"state={Spellings.MessageDiscarded}"
                    : $"state={Spellings.MessageFailed}";
                var query = $"operations/failed-messages?{which}{targets.Query(parsed)}";
                var (items, more) = await Many(api, query, parsed.GetValue(limit), cancellationToken);
                if (host.Json(parsed))
                    terminal.WriteLine(JsonSerializer.Serialize(new { items, more }, Responses.Json));
                else
                    Write(terminal, [.. items.Select(Responses.As<MessageResponse>)], more);
                return parsed.GetValue(exitCode) && items.Count > 0 ? ExitCode.MessagesLeft : ExitCode.Done;
            }
        );
        return command;
    }

    static async Task One(HostApi api, Terminal terminal, string id, bool json, CancellationToken cancellationToken)
    {
        var response = await api.Get($"operations/failed-messages/{Uri.EscapeDataString(id)}", cancellationToken);
        if (json)
            terminal.WriteLine(response.Indented());
        else
            MessageDetails.Write(terminal, response.As<MessageDetailsResponse>());
    }

    static async Task<(List<JsonElement> Items, bool More)> Many(
        HostApi api,
        string query,
        int limit,
        CancellationToken cancellationToken
    )
    {
        List<JsonElement> items = [];
        for (string? cursor = null; ; )
        {
            var size = Math.Min(MaxPerPage, limit - items.Count);
            var from = cursor is null ? "" : $"&cursor={Uri.EscapeDataString(cursor)}";
            var page = await api.Get($"{query}&limit={size}{from}", cancellationToken);
            items.AddRange(page.GetProperty("items").EnumerateArray());
            var read = page.As<MessagesResponse>();
            cursor = read.NextCursor;
            if (cursor is null || items.Count >= limit)
                return (items, cursor is not null);
        }
    }

    static void Write(Terminal terminal, IReadOnlyList<MessageResponse> messages, bool more)
    {
        if (messages.Count == 0)
            terminal.WriteNote("No message matches.");
        else
            Messages.Write(terminal, messages);
        if (more)
            terminal.WriteNote("There are more messages. Use --limit to show more.");
    }
}

/// <summary>Prints failed messages as a list.</summary>
internal static class Messages
{
    public static void Write(Terminal terminal, IEnumerable<MessageResponse> messages)
    {
        if (terminal.IsPiped)
            terminal.Table(
                [
                    new("Id"),
                    new("Age"),
                    new("Attempts"),
                    new("Message"),
                    new("Ride"),
                    new("What failed"),
                    new("Outcome"),
                ],
                messages.Select(
                    IReadOnlyList<string> (message) =>
                        [
                            message.Id,
                            Text.Age(message.AgeSeconds),
                            $"{message.Attempts}",
                            message.MessageType ?? "(unknown type)",
                            $"{message.RideId}",
                            Failure.Of(message.ExceptionType, message.ExceptionMessage),
                            message.Outcome ?? "",
                        ]
                )
            );
        else
            // In a narrow terminal, an id and a ride alone fill the line.
            foreach (var message in messages)
                terminal.Entry(
                    message.Id,
                    $"{message.MessageType ?? "(unknown type)"}, {Text.Age(message.AgeSeconds)} ago, {Text.Count(message.Attempts, "attempt")}"
                        + (message.RideId is { } ride ? $", ride {ride}" : "")
                        + (message.Quarantined ? ", quarantined" : "")
                        + (message.Outcome is { } outcome ? $": {outcome}" : ""),
                    Failure.Of(message.ExceptionType, message.ExceptionMessage)
                );
    }
}
