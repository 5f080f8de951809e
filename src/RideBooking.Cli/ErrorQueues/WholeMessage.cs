using System.Text.Json;
using RideBooking.Cli.Api;

namespace RideBooking.Cli.ErrorQueues;

/// <summary>Everything about one failed message, for a person.</summary>
internal static class WholeMessage
{
    // They are told apart from the rest: the exception has a part of its own.
    static readonly string[] s_told = ["MT-Fault-StackTrace", "MT-Fault-Message", "MT-Fault-ExceptionType"];

    public static void Write(Terminal terminal, WholeMessageShape message)
    {
        terminal.Heading(message.Id);
        Fact("Message", $"{message.MessageType ?? "(unknown type)"} {message.MessageId}");
        Fact("Failed in", message.Endpoint);
        Fact("Failed", $"{Text.Instant(message.FailedAt)} ({Text.Age(message.AgeSeconds)} ago)");
        if (message.SentAt is { } sent)
            Fact("Sent", Text.Instant(sent));
        Fact("Attempts", $"{message.Attempts}");
        Fact("Fingerprint", message.Fingerprint);
        if (message.Ride is { } ride)
            Fact(
                "Ride",
                ride.LastEvent is null
                    ? $"{ride.Id}, of which the event log knows nothing"
                    : $"{ride.Id}, {ride.Status}; last {ride.LastEvent} at {Text.Instant(ride.LastEventAt)}"
            );

        if (message.ExceptionType is not null)
        {
            terminal.Heading("Exception");
            terminal.Say($"{message.ExceptionType}: {message.ExceptionMessage}");
            if (message.StackTrace is { } trace)
                terminal.Say(trace.TrimEnd());
        }

        terminal.Heading("Headers");
        foreach (
            var (name, value) in message
                .Headers.Where(header => !s_told.Contains(header.Key))
                .OrderBy(header => header.Key, StringComparer.Ordinal)
        )
            terminal.Say($"{name}: {value}");

        terminal.Heading($"Body ({message.ContentType ?? "of no declared type"})");
        terminal.Say(
            message.Body is { } json
                ? json.ToJsonString(Shapes.Json)
                : message.BodyText ?? $"{message.BodyBase64} (base64: it is no text)"
        );

        terminal.Heading("What was done to it");
        if (message.History.Count == 0)
            terminal.Say("Nothing so far.");
        foreach (var done in message.History)
            terminal.Say($"{Text.Instant(done.At)} {done.Action} by {done.By}: {done.Reason}");

        void Fact(string name, string value) => terminal.Say($"{name + ":", -13}{value}");
    }
}
