using System.CommandLine;
using RideBooking.Cli.Api;

namespace RideBooking.Cli.Failures;

/// <summary><c>ridebooking failures</c>: counts everything that failed, of every kind.</summary>
internal static class FailuresCommand
{
    public static Command Make(Terminal terminal)
    {
        var host = new HostOptions();
        var exitCode = Options.FailIfMessages();
        var command = new Command(
            "failures",
            "Count everything that failed: messages, parked events, what the broker refused, and timers that could not be sent."
        )
        {
            exitCode,
            ListUnsent.Make(terminal, host),
            ListTimers.Make(terminal, host),
        };
        command.SetAction(
            async (parsed, cancellationToken) =>
            {
                using var api = await host.Connect(parsed, cancellationToken);
                var response = await api.Get("operations/failures", cancellationToken);
                var kinds = response.As<FailuresResponse>().Items;
                if (host.Json(parsed))
                    terminal.WriteLine(response.Indented());
                else
                    terminal.Table(
                        [new("What failed", IsKey: true), new("Count", IsNumber: true), new("Since"), new("See")],
                        kinds.Select(
                            IReadOnlyList<string> (kind) =>
                                [
                                    InWords(kind),
                                    $"{kind.Count}",
                                    kind.Oldest is { } oldest ? Text.Instant(oldest) : "",
                                    CommandFor(kind),
                                ]
                        )
                    );
                return parsed.GetValue(exitCode) && kinds.Any(kind => kind.Count > 0)
                    ? ExitCode.MessagesLeft
                    : ExitCode.Done;
            }
        );
        host.AddTo(command);
        return command;
    }

    static string InWords(FailureCountResponse kind) =>
        kind.Kind switch
        {
            Spellings.FailedMessages => "failed messages",
            Spellings.UnsentMessages => "messages that the broker refused",
            Spellings.FailingTimers => "timers that could not be sent",
            Spellings.ParkedEvents => $"events parked by {kind.Subscription}",
            Spellings.GivenUpNotifications => "notifications that the webhook did not take",
            _ => kind.Kind,
        };

    static string CommandFor(FailureCountResponse kind) =>
        kind.Kind switch
        {
            Spellings.FailedMessages => "error-queues groups",
            Spellings.UnsentMessages => "failures unsent",
            Spellings.FailingTimers => "failures timers",
            Spellings.ParkedEvents => $"subscriptions parked {kind.Subscription}",
            Spellings.GivenUpNotifications => "alerts notifications",
            _ => "",
        };
}
