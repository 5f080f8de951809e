using System.CommandLine;
using RideBooking.Cli.Api;

namespace RideBooking.Cli.Failures;

/// <summary><c>failures unsent</c>: lists the messages in the outbox that the broker refused.</summary>
internal static class ListUnsent
{
    public static Command Make(Terminal terminal, HostOptions host)
    {
        var limit = Options.Number("--limit", "Maximum number of messages.", 1, 100, standard: 20);
        var command = new Command("unsent", "List the messages in the outbox that the broker refused, oldest first.")
        {
            limit,
        };
        command.SetAction(
            async (parsed, cancellationToken) =>
            {
                using var api = await host.Connect(parsed, cancellationToken);
                var response = await api.Get(
                    $"operations/outbox/unsent?limit={parsed.GetValue(limit)}",
                    cancellationToken
                );
                if (host.Json(parsed))
                    terminal.WriteLine(response.Indented());
                else
                    terminal.Table(
                        [
                            new("Message", IsKey: true),
                            new("Type"),
                            new("To"),
                            new("Since"),
                            new("Attempts", IsNumber: true),
                            new("Next attempt"),
                            new("Why"),
                        ],
                        response
                            .As<UnsentMessagesResponse>()
                            .Items.Select(
                                IReadOnlyList<string> (row) =>
                                    [
                                        $"{row.MessageId}",
                                        row.MessageType ?? "(unknown type)",
                                        row.Destination ?? "",
                                        Text.Instant(row.CommittedAt),
                                        $"{row.Attempts}",
                                        Text.Instant(row.NextAttemptAt),
                                        row.Error ?? "",
                                    ]
                            )
                    );
                return ExitCode.Done;
            }
        );
        return command;
    }
}
