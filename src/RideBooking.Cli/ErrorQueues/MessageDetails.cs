using System.Text.Json;
using RideBooking.Cli.Api;

namespace RideBooking.Cli.ErrorQueues;

/// <summary>Prints everything about one failed message for a person.</summary>
internal static class MessageDetails
{
    // These headers are left out of the list, because the exception has a section of its own.
    static readonly string[] s_exceptionHeaders = ["MT-Fault-StackTrace", "MT-Fault-Message", "MT-Fault-ExceptionType"];

    public static void Write(Terminal terminal, MessageDetailsResponse message)
    {
        terminal.Heading(message.Id);
        Fact("Message", $"{message.MessageType ?? "(unknown type)"} {message.MessageId}");
        Fact("Failed in", message.Endpoint);
        Fact("Failed", $"{Text.Instant(message.FailedAt)} ({Text.Age(message.AgeSeconds)} ago)");
        if (message.SentAt is { } sent)
            Fact("Sent", Text.Instant(sent));
        Fact("Attempts", $"{message.Attempts}");
        if (message.Redrives > 0)
            Fact("Redriven", $"{message.Redrives} times in vain{(message.Quarantined ? "; quarantined" : "")}");
        if (message.Outcome is { } outcome)
            Fact("Outcome", outcome);
        if (message.State != "failed")
            Fact("State", message.State);
        Fact("Fingerprint", message.Fingerprint);
        if (message.Ride is { } ride)
            Fact(
                "Ride",
                ride.LastEvent is null
                    ? $"{ride.Id}, not in the event log"
                    : $"{ride.Id}, {ride.Status}; last {ride.LastEvent} at {Text.Instant(ride.LastEventAt)}"
            );

        if (message.ExceptionType is not null)
        {
            terminal.Heading("Exception");
            terminal.WriteLine($"{message.ExceptionType}: {message.ExceptionMessage}");
            if (message.StackTrace is { } trace)
                terminal.WriteLine(trace.TrimEnd());
        }

        terminal.Heading("Headers");
        foreach (
            var (name, value) in message
                .Headers.Where(header => !s_exceptionHeaders.Contains(header.Key))
                .OrderBy(header => header.Key, StringComparer.Ordinal)
        )
            terminal.WriteLine($"{name}: {value}");

        terminal.Heading($"Body ({message.ContentType ?? "no declared type"})");
        terminal.WriteLine(
            message.Body is { } json
                ? json.ToJsonString(Responses.Json)
                : message.BodyText ?? $"{message.BodyBase64} (base64, because the body is not text)"
        );

        terminal.Heading("History");
        if (message.History.Count == 0)
            terminal.WriteLine("No operator has acted on this message.");
        foreach (var done in message.History)
            terminal.WriteLine($"{Text.Instant(done.At)} {done.Action} by {done.By}: {done.Reason}");

        void Fact(string name, string value) => terminal.WriteLine($"{name + ":", -13}{value}");
    }
}
