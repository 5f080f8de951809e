using System.CommandLine;
using System.Text.Json;
using RideBooking.Cli.Api;

namespace RideBooking.Cli.ErrorQueues;

/// <summary>
/// Discards or restores messages: shows the plan, asks, and lets the host do it in parts, so that its progress is visible and no
/// request takes long.
/// </summary>
/// <param name="Verb">The word of the command line and of the API.</param>
/// <param name="Done">What the messages are afterwards; the API counts them under this name.</param>
/// <param name="Before">What they are before.</param>
internal sealed record ChangeMessages(string Verb, string Done, string Before)
{
    // A transaction of the host, a second or two.
    const int MaxPart = 5_000;

    public Command Make(Terminal terminal, HostOptions host, string description)
    {
        var targets = new Targets(required: true);
        var (reason, yes, dryRun) = (Options.Reason(), Options.Yes(), Options.DryRun());
        var limit = Options.OptionalNumber("--limit", "Maximum number of messages, oldest first.", 1, int.MaxValue);
        var command = new Command(Verb, description) { limit, reason, dryRun, yes };
        targets.AddTo(command);
        command.SetAction(
            async (parsed, cancellationToken) =>
            {
                using var api = await host.Connect(parsed, cancellationToken);
                var (selection, why) = (targets.Selection(parsed), parsed.GetValue(reason)!);
                var plan = new Plan(
                    await Ask(api, selection, parsed.GetValue(limit), why, dryRun: true, cancellationToken),
                    targets.Ids(parsed),
                    Before
                );
                if (parsed.GetValue(dryRun))
                    return plan.Show(terminal, host.Json(parsed));
                if (!parsed.GetValue(yes) && plan.Count > 0)
                    await terminal.Confirm(
                        plan.Question($"{char.ToUpperInvariant(Verb[0])}{Verb[1..]}", null),
                        cancellationToken
                    );
                // Only the planned messages are changed, not those that fail meanwhile.
                var (done, notFound) = targets.Ids(parsed) is null
                    ? (await InParts(api, terminal, selection, plan.Count, why, cancellationToken), 0)
                    : await AtOnce(api, selection, parsed.GetValue(limit), why, cancellationToken);
                terminal.WriteLine(
                    host.Json(parsed)
                        ? JsonSerializer.Serialize(
                            new Dictionary<string, int> { [Done] = done, ["notFound"] = notFound },
                            Responses.Json
                        )
                        : $"{Text.Count(done, "message")} {Done}{(notFound > 0 ? $", {notFound} not found among the {Before} messages" : "")}."
                );
                return done == 0 && notFound > 0 ? ExitCode.NotFound : ExitCode.Done;
            }
        );
        return command;
    }

    // Up to 1,000 ids.
    async Task<(int Done, int NotFound)> AtOnce(
        HostApi api,
        object selection,
        int? limit,
        string reason,
        CancellationToken cancellationToken
    )
    {
        var response = await Ask(api, selection, limit, reason, dryRun: false, cancellationToken);
        return (response.GetProperty(Done).GetInt32(), response.GetProperty("notFound").GetInt32());
    }

    async Task<int> InParts(
        HostApi api,
        Terminal terminal,
        object selection,
        int count,
        string reason,
        CancellationToken cancellationToken
    )
    {
        var done = 0;
        try
        {
            return await ProgressBar.Show(terminal, ProgressAt(0), Work);
        }
        catch (OperationCanceledException) when (done > 0)
        {
            terminal.WriteNote($"{SoFar()} The part under way may be {Done}, too.");
            throw;
        }
        catch (CommandFailedException exception) when (done > 0)
        {
            throw new CommandFailedException(exception.ExitCode, $"{SoFar()} {exception.Message}");
        }

        async Task<int> Work(Action<Progress> show)
        {
            while (done < count)
            {
                var part = await Ask(
                    api,
                    selection,
                    Math.Min(MaxPart, count - done),
                    reason,
                    dryRun: false,
                    cancellationToken
                );
                // Another operator was faster.
                if (part.GetProperty(Done).GetInt32() is not (> 0 and var changed))
                    break;
                done += changed;
                show(ProgressAt(done));
            }
            return done;
        }

        Progress ProgressAt(int now) =>
            new($"{char.ToUpperInvariant(Done[0])}{Done[1..]} {now} of {count}", now, count);

        string SoFar() => $"{done} of {Text.Count(count, "message")} {Done}.";
    }

    Task<JsonElement> Ask(
        HostApi api,
        object selection,
        int? limit,
        string reason,
        bool dryRun,
        CancellationToken cancellationToken
    ) =>
        api.Post(
            $"operations/failed-messages/{Verb}",
            new
            {
                Selection = selection,
                Limit = limit,
                Reason = reason,
                DryRun = dryRun,
            },
            cancellationToken
        );
}
