using System.CommandLine;
using System.Text.Json;
using RabbitMQ.Client;
using RideBooking.Cli.Api;

namespace RideBooking.Cli.ErrorQueues.Raw;

/// <summary>
/// <c>error-queues raw peek</c>: shows the oldest messages of one of the broker's queues, and leaves them there in order.
/// </summary>
internal static class PeekRaw
{
    public static Command Make(Terminal terminal, HostOptions host, BrokerOptions broker)
    {
        var queue = new Argument<string>("queue") { Description = "A queue of the broker." };
        var limit = Options.Number("--limit", "Maximum number of messages.", 1, 10_000, standard: 1);
        var brief = new Option<bool>("--brief") { Description = "Show one line for each message." };
        var command = new Command(
            "peek",
            "Show the oldest messages of a queue. They stay in the queue, in order. Consumers do not get them meanwhile."
        )
        {
            queue,
            limit,
            brief,
        };
        command.SetAction(
            async (parsed, cancellationToken) =>
            {
                var name = parsed.GetValue(queue)!;
                await using var connected = await broker.Connect(parsed, cancellationToken);
                var (messages, more) = await Peek(connected, name, parsed.GetValue(limit), cancellationToken);
                if (host.Json(parsed))
                {
                    var count = messages.Count + more;
                    terminal.WriteLine(
                        JsonSerializer.Serialize(
                            new
                            {
                                items = messages,
                                count,
                                more = more > 0,
                            },
                            Responses.Json
                        )
                    );
                    return ExitCode.Done;
                }
                if (messages.Count == 0)
                    terminal.WriteNote($"No message waits in {name}.");
                else if (parsed.GetValue(brief))
                    WriteLines(terminal, messages);
                else
                    foreach (var message in messages)
                        Write(terminal, message);
                if (more > 0)
                    terminal.WriteNote($"{Text.Count(more, "message")} more in the queue. Use --limit to show more.");
                return ExitCode.Done;
            }
        );
        return command;
    }

    static async Task<(List<RawMessage> Messages, uint More)> Peek(
        Broker broker,
        string queue,
        int limit,
        CancellationToken cancellationToken
    )
    {
        List<RawMessage> messages = [];
        uint more = 0;
        try
        {
            // The messages return to their places when the channel closes.
            await using var channel = await broker.Open(cancellationToken);
            while (
                messages.Count < limit
                && await channel.BasicGetAsync(queue, autoAck: false, cancellationToken) is { } taken
            )
            {
                messages.Add(RawMessage.Read(queue, messages.Count + 1, taken));
                more = taken.MessageCount;
            }
            await channel.CloseAsync(CancellationToken.None);
        }
        catch (Exception exception) when (Broker.IsEnd(exception, cancellationToken))
        {
            throw broker.Explain(exception);
        }
        return (messages, more);
    }

    static void WriteLines(Terminal terminal, IEnumerable<RawMessage> messages) =>
        terminal.Table(
            [
                new("Place", IsNumber: true),
                new("Message id", IsKey: true),
                new("Message"),
                new("Ride"),
                new("Bytes", IsNumber: true),
                new("What failed"),
            ],
            messages.Select(
                IReadOnlyList<string> (message) =>
                    [
                        $"{message.Position}",
                        message.MessageId ?? "",
                        message.MessageType ?? "(unknown type)",
                        $"{message.RideId}",
                        $"{message.BodyLength}",
                        Failure.Of(message.ExceptionType, message.ExceptionMessage),
                    ]
            )
        );

    static void Write(Terminal terminal, RawMessage message)
    {
        terminal.Heading($"{message.Queue}, message {message.Position}");
        MessageDetails.Fact(terminal, "Message", $"{message.MessageType ?? "(unknown type)"} {message.MessageId}");
        if (message.FailedAt is { } failed)
            MessageDetails.Fact(terminal, "Failed", failed);
        if (message.RideId is { } ride)
            MessageDetails.Fact(terminal, "Ride", $"{ride}");
        MessageDetails.WriteException(terminal, message.ExceptionType, message.ExceptionMessage, message.StackTrace);
        MessageDetails.WriteHeaders(
            terminal,
            message.Headers.Select(header => KeyValuePair.Create(header.Key, header.Value?.ToString()))
        );
        MessageDetails.WriteBody(terminal, message.ContentType, message.Body, message.BodyText, message.BodyBase64);
    }
}
