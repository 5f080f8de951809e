using System.CommandLine;
using RideBooking.Cli.Api;

namespace RideBooking.Cli.ErrorQueues;

/// <summary><c>error-queues groups</c>: groups failed messages by what they have in common.</summary>
internal static class ListGroups
{
    public static Command Make(Terminal terminal, HostOptions host)
    {
        var targets = new Targets(required: false);
        var by = new Option<string>("--by")
        {
            Description = "What the messages of a group have in common.",
            DefaultValueFactory = _ => Spellings.ByFingerprint,
        };
        by.AcceptOnlyFromAmong(Spellings.Groups);
        var command = new Command(
            "groups",
            "Group failed messages by the reason of the failure, the queue, the type or the status of the ride."
        )
        {
            by,
        };
        targets.AddTo(command);
        command.SetAction(
            async (parsed, cancellationToken) =>
            {
                if (targets.Ids(parsed) is not null)
                    throw new CommandFailedException(ExitCode.Usage, "Give a queue or filters, not ids.");
                using var api = await host.Connect(parsed, cancellationToken);
                var response = await api.Get(
                    $"operations/failure-groups?by={parsed.GetRequiredValue(by)}{targets.Query(parsed)}",
                    cancellationToken
                );
                if (host.Json(parsed))
                    terminal.WriteLine(response.Indented());
                else
                    Write(terminal, response.As<FailureGroupsResponse>());
                return ExitCode.Done;
            }
        );
        return command;
    }

    static void Write(Terminal terminal, FailureGroupsResponse groups)
    {
        if (groups.Items.Count == 0)
        {
            terminal.WriteNote("No message matches.");
            return;
        }
        terminal.Table(
            [
                new("Group", IsKey: true),
                new("Messages", IsNumber: true),
                new("First seen"),
                new("Last seen"),
                new("Last 24 h", IsNumber: true),
                new("This hour", IsNumber: true),
                new("What failed"),
                new("Note"),
            ],
            groups.Items.Select(
                IReadOnlyList<string> (group) =>
                    [
                        group.Key ?? "(none)",
                        $"{group.Count}",
                        Text.Instant(group.FirstSeen),
                        Text.Instant(group.LastSeen),
                        $"{group.History.Sum()}",
                        $"{group.History[^1]}",
                        group.Failure is { } failure
                            ? $"{failure.MessageType ?? "(unknown type)"}: {Failure.Of(failure.ExceptionType, failure.ExceptionMessage)}"
                            : "",
                        group.Note?.Text ?? "",
                    ]
            )
        );
        if (groups.More)
            terminal.WriteNote("There are more groups. Use filters to see them.");
    }
}
