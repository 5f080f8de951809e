using System.Globalization;
using System.Text.Json.Nodes;
using RideBooking.Cli.Api;

namespace RideBooking.Cli.ErrorQueues;

/// <summary>Prints everything about one failed message for a person.</summary>
internal static class MessageDetails
{
    // These headers are left out of the list, because the exception has a section of its own.
    static readonly string[] s_exceptionHeaders = ["MT-Fault-StackTrace", "MT-Fault-Message", "MT-Fault-ExceptionType"];

    const int BytesPerLine = 16;
    const int MaxDumpedBytes = 512;

    public static void Write(Terminal terminal, MessageDetailsResponse message)
    {
        terminal.Heading(message.Id);
        // First: if the message is not a failed one any more, the operator need not read on.
        if (message.State != Spellings.MessageFailed)
            Fact(terminal, "State", StateOf(message));
        Fact(terminal, "Message", $"{message.MessageType ?? "(unknown type)"} {message.MessageId}");
        Fact(terminal, "Failed in", message.Endpoint);
        Fact(terminal, "Failed", $"{Text.Instant(message.FailedAt)} ({Text.Age(message.AgeSeconds)} ago)");
        if (message.SentAt is { } sent)
            Fact(terminal, "Sent", Text.Instant(sent));
        Fact(terminal, "Attempts", $"{message.Attempts}");
        if (message.Redrives > 0)
            Fact(
                terminal,
                "Redriven",
                $"{message.Redrives} times without success{(message.Quarantined ? "; quarantined" : "")}"
            );
        if (message.Edited)
            Fact(terminal, "Edited", "by operators; the original follows the body");
        if (message.Outcome is { } outcome)
            Fact(terminal, "Outcome", outcome);
        Fact(terminal, "Fingerprint", message.Fingerprint);
        if (message.Ride is { } ride)
            Fact(
                terminal,
                "Ride",
                ride.LastEvent is null
                    ? $"{ride.Id}, not in the event log"
                    : $"{ride.Id}, {ride.Status}; last {ride.LastEvent} at {Text.Instant(ride.LastEventAt)}"
            );

        WriteException(terminal, message.ExceptionType, message.ExceptionMessage, message.StackTrace);
        WriteHeaders(terminal, message.Headers);
        WriteBody(terminal, message.ContentType, message.Body, message.BodyText, message.BodyBase64);

        if (message.OriginalMessage is { } original)
        {
            terminal.Heading("Original message");
            terminal.WriteLine(original.ToJsonString(Responses.Json));
        }

        terminal.Heading("History");
        if (message.History.Count == 0)
            terminal.WriteLine("No operator has acted on this message.");
        foreach (var done in message.History)
        {
            terminal.WriteLine($"{Text.Instant(done.At)} {done.Action} by {done.By}: {done.Reason}");
            Changes.Write(terminal, done.Changes ?? []);
        }
    }

    /// <summary>Prints a line with a name and a value.</summary>
    public static void Fact(Terminal terminal, string name, string value) =>
        terminal.WriteLine($"{name + ":", -13}{value}");

    /// <summary>Prints the exception, if there is one.</summary>
    public static void WriteException(Terminal terminal, string? type, string? message, string? stackTrace)
    {
        if (type is null)
            return;
        terminal.Heading("Exception");
        terminal.WriteLine(message is null ? type : $"{type}: {message}");
        if (stackTrace is not null)
            terminal.WriteLine(stackTrace.TrimEnd());
    }

    /// <summary>Prints the headers in the order of their names, without those that describe the exception.</summary>
    public static void WriteHeaders(Terminal terminal, IEnumerable<KeyValuePair<string, string?>> headers)
    {
        terminal.Heading("Headers");
        foreach (
            var (name, value) in headers
                .Where(header => !s_exceptionHeaders.Contains(header.Key))
                .OrderBy(header => header.Key, StringComparer.Ordinal)
        )
            terminal.WriteLine($"{name}: {value}");
    }

    /// <summary>Prints the body: as JSON, as text, or as bytes.</summary>
    public static void WriteBody(Terminal terminal, string? contentType, JsonNode? json, string? text, string? base64)
    {
        var type = contentType ?? "no declared type";
        if (json is null && text is null && base64 is not null)
        {
            var bytes = Convert.FromBase64String(base64);
            terminal.Heading($"Body ({type}; binary, {Text.Count(bytes.Length, "byte")})");
            Dump(terminal, bytes);
            return;
        }
        terminal.Heading($"Body ({type})");
        terminal.WriteLine(
            json is not null ? json.ToJsonString(Responses.Json)
            : string.IsNullOrEmpty(text) ? "The body is empty."
            : text
        );
    }

    static void Dump(Terminal terminal, byte[] bytes)
    {
        foreach (var (index, line) in bytes.Take(MaxDumpedBytes).Chunk(BytesPerLine).Index())
        {
            var hex = string.Join(' ', line.Select(value => value.ToString("x2", CultureInfo.InvariantCulture)));
            var text = string.Concat(line.Select(value => value is >= 0x20 and < 0x7f ? (char)value : '.'));
            terminal.WriteLine($"{index * BytesPerLine:x8}  {hex, -(BytesPerLine * 3 - 1)}  {text}");
        }
        terminal.WriteNote(
            $"The body is not text{(bytes.Length > MaxDumpedBytes ? $", and {bytes.Length - MaxDumpedBytes} more bytes are not shown" : "")}. --json has all of it in base64."
        );
    }

    static string StateOf(MessageDetailsResponse message) =>
        message.History.LastOrDefault(done => done.Action == message.State) is { } last
            ? $"{message.State} at {Text.Instant(last.At)} by {last.By}: {last.Reason}"
            : message.State;
}
