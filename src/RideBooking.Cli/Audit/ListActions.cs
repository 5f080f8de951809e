using System.CommandLine;
using RideBooking.Cli.Api;

namespace RideBooking.Cli.Audit;

/// <summary><c>audit actions</c>: lists operators' actions: who did what, when and why.</summary>
internal static class ListActions
{
    public static Command Make(Terminal terminal, HostOptions host)
    {
        var limit = Options.Number("--limit", "Maximum number of entries.", 1, 100, standard: 20);
        var command = new Command("actions", "List operators' actions, newest first.") { limit };
        command.SetAction(
            async (parsed, cancellationToken) =>
            {
                using var api = await host.Connect(parsed, cancellationToken);
                var response = await api.Get($"operations/audit?limit={parsed.GetValue(limit)}", cancellationToken);
                if (host.Json(parsed))
                    terminal.WriteLine(response.Indented());
                else
                    terminal.Table(
                        [
                            new("When", IsKey: true),
                            new("Who"),
                            new("What"),
                            new("Messages", IsNumber: true),
                            new("On"),
                            new("Why"),
                        ],
                        response
                            .As<ActionsResponse>()
                            .Items.Select(entry =>
                                (IReadOnlyList<string>)
                                    [
                                        Text.Instant(entry.At),
                                        entry.By,
                                        entry.Action,
                                        $"{entry.Count}",
                                        On(entry),
                                        entry.Reason,
                                    ]
                            )
                    );
                return ExitCode.Done;
            }
        );
        return command;
    }

    static string On(ActionResponse entry) =>
        entry switch
        {
            { Queue: { } queue } => queue,
            { Fingerprint: { } fingerprint } => fingerprint,
            { RideId: { } ride } => ride.ToString(),
            { RiderId: { } rider } => rider,
            { Subscription: { } subscription, Position: { } position } => $"{subscription}, position {position}",
            _ => entry.Subscription ?? "",
        };
}
