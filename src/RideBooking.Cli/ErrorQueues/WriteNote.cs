using System.CommandLine;
using RideBooking.Cli.Api;

namespace RideBooking.Cli.ErrorQueues;

/// <summary><c>error-queues note</c>: writes the note of a failure.</summary>
internal static class WriteNote
{
    public static Command Make(Terminal terminal, HostOptions host)
    {
        var fingerprint = new Argument<string>("fingerprint") { Description = "The failure, as groups prints it." };
        var text = new Argument<string>("text") { Description = "The note. An empty text deletes it." };
        var command = new Command(
            "note",
            "Write what you know about a failure. The next operator who sees it, sees the note."
        )
        {
            fingerprint,
            text,
        };
        command.SetAction(
            async (parsed, cancellationToken) =>
            {
                using var api = await host.Connect(parsed, cancellationToken);
                var note = parsed.GetRequiredValue(text);
                await api.Put(
                    $"operations/failure-groups/{Uri.EscapeDataString(parsed.GetRequiredValue(fingerprint))}/note",
                    new { Text = note },
                    cancellationToken
                );
                terminal.WriteNote(string.IsNullOrWhiteSpace(note) ? "The note is deleted." : "The note is written.");
                return ExitCode.Done;
            }
        );
        return command;
    }
}
