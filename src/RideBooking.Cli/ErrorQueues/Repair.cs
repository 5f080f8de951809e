using System.CommandLine;
using System.Text.Json;
using System.Text.Json.Nodes;
using RideBooking.Cli.Api;

namespace RideBooking.Cli.ErrorQueues;

/// <summary>
/// <c>error-queues repair</c>: corrects many failed messages in the same way. Shows what would change, asks, and lets the host do
/// it in parts.
/// </summary>
internal static class Repair
{
    // The host's limit for one request: a transaction of some seconds.
    const int MaxPart = 5_000;

    public static Command Make(Terminal terminal, HostOptions host)
    {
        var targets = new Targets(required: true);
        var (reason, yes) = (Options.Reason(), Options.Yes());
        var dryRun = new Option<bool>("--dry-run") { Description = "Only show what would change." };
        var limit = Options.OptionalNumber("--limit", "Maximum number of messages, the oldest first.", 1, int.MaxValue);
        var set = SetMember.Option();
        var patch = new Option<string?>("--patch")
        {
            Description =
                "Apply the JSON patch (RFC 6902) in this file. Its pointers begin at the message, without the envelope.",
            HelpName = "path",
        };
        var upcast = new Option<bool>("--upcast")
        {
            Description = "Make the newest version of events of older versions, as their upcasters do.",
        };
        var command = new Command(
            "repair",
            "Correct failed messages in the same way: by a JSON patch, or by the upcasters of their events."
        )
        {
            patch,
            set,
            upcast,
            limit,
            reason,
            dryRun,
            yes,
        };
        targets.AddTo(command);
        command.Validators.Add(result =>
        {
            var ways = new[]
            {
                result.GetValue(patch) is not null,
                result.GetValue(set) is { Length: > 0 },
                result.GetValue(upcast),
            };
            if (ways.Count(isGiven => isGiven) != 1)
                result.AddError("Give one of --patch, --set and --upcast");
        });
        command.SetAction(
            async (parsed, cancellationToken) =>
            {
                using var api = await host.Connect(parsed, cancellationToken);
                var operations = await Operations(
                    parsed.GetValue(patch),
                    SetMember.Of(parsed.GetValue(set)),
                    cancellationToken
                );
                var job = new Job(
                    api,
                    terminal,
                    targets.Selection(parsed),
                    parsed.GetValue(upcast) ? null : operations,
                    parsed.GetValue(reason)!
                );
                var (json, isIds) = (host.Json(parsed), targets.Ids(parsed) is not null);
                var plan = await job.Run(isDryRun: true, parsed.GetValue(limit), cancellationToken);
                if (parsed.GetValue(dryRun))
                {
                    Write(terminal, plan, json, "would be changed", withChanges: true);
                    return plan.All == 0 && isIds ? ExitCode.NotFound : ExitCode.Done;
                }
                if (!json && !parsed.GetValue(yes))
                    Write(terminal, plan, json, "would be changed", withChanges: true);
                if (!parsed.GetValue(yes) && plan.Changed > 0)
                    await terminal.Confirm($"Change {Text.Count(plan.Changed, "message")}?", cancellationToken);
                var done = plan.Changed == 0 ? plan : await job.Run(isDryRun: false, plan.All, cancellationToken);
                Write(terminal, done, json, "changed", withChanges: false);
                return done.All == 0 && isIds ? ExitCode.NotFound : ExitCode.Done;
            }
        );
        return command;
    }

    static async Task<JsonArray> Operations(
        string? file,
        IReadOnlyList<SetMember> members,
        CancellationToken cancellationToken
    )
    {
        if (file is null)
            return [.. members.Select(member => (JsonNode)member.Operation())];
        try
        {
            var text = await File.ReadAllTextAsync(file, cancellationToken);
            return Editor.Parse(text, file) as JsonArray
                ?? throw new CommandFailedException(ExitCode.Usage, $"{file} is not an array of operations.");
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new CommandFailedException(ExitCode.Usage, $"{file} cannot be read: {exception.Message}");
        }
    }

    static void Write(Terminal terminal, Total total, bool json, string changed, bool withChanges)
    {
        if (json)
        {
            terminal.WriteLine(JsonSerializer.Serialize(total, Responses.Json));
            return;
        }
        if (withChanges)
            foreach (var item in total.Items)
            {
                terminal.WriteLine($"{item.Id} {item.MessageType}");
                Changes.Write(terminal, item.Changes);
            }
        if (withChanges && total.Items.Count < total.Changed)
            terminal.WriteNote($"The changes of the first {total.Items.Count} messages are shown.");
        foreach (var refused in total.Reasons)
            terminal.WriteLine(
                $"{Text.Count(refused.Count, "message")} refused ({refused.Code}): {refused.Text} The first is {refused.Ids[0]}."
            );
        terminal.WriteLine(
            $"{Text.Count(total.Changed, "message")} {changed}, {total.Unchanged} unchanged, {total.Refused} refused{(total.NotFound > 0 ? $", {total.NotFound} not found among the failed messages" : "")}."
        );
    }

    /// <summary>A repair of a selection, in parts.</summary>
    sealed class Job(HostApi api, Terminal terminal, object selection, JsonArray? patch, string reason)
    {
        public async Task<Total> Run(bool isDryRun, int? limit, CancellationToken cancellationToken)
        {
            var total = new Total();
            try
            {
                return await ProgressBar.Show(terminal, ProgressOf(total, limit, isDryRun), Work);
            }
            catch (OperationCanceledException) when (!isDryRun && total.Changed > 0)
            {
                terminal.WriteNote($"{SoFar()} The part under way may be changed, too.");
                throw;
            }
            catch (CommandFailedException exception) when (!isDryRun && total.Changed > 0)
            {
                throw new CommandFailedException(exception.ExitCode, $"{SoFar()} {exception.Message}");
            }

            async Task<Total> Work(Action<Progress> show)
            {
                for (string? cursor = null; ; )
                {
                    var part = await Part(
                        isDryRun,
                        Math.Min(MaxPart, limit - total.All ?? MaxPart),
                        cursor,
                        cancellationToken
                    );
                    total.Add(part);
                    show(ProgressOf(total, limit ?? part.Matching, isDryRun));
                    cursor = part.NextCursor;
                    if (cursor is null || total.All >= limit)
                        return total;
                }
            }

            string SoFar() => $"{Text.Count(total.Changed, "message")} changed.";
        }

        async Task<RepairResponse> Part(
            bool isDryRun,
            int limit,
            string? cursor,
            CancellationToken cancellationToken
        ) =>
            (
                await api.Post(
                    "operations/failed-messages/repair",
                    new
                    {
                        Selection = selection,
                        Limit = limit,
                        Cursor = cursor,
                        DryRun = isDryRun,
                        Reason = reason,
                        Patch = patch,
                        Upcast = patch is null,
                    },
                    cancellationToken
                )
            ).As<RepairResponse>();

        static Progress ProgressOf(Total total, int? all, bool isDryRun) =>
            new(
                $"{(isDryRun ? "Checked" : "Repaired")} {total.All}{(all is null ? "" : $" of {all}")}",
                total.All,
                all ?? 0
            );
    }

    /// <summary>What came of all parts.</summary>
    sealed class Total
    {
        const int MaxShown = 20;

        public int Changed { get; private set; }

        public int Unchanged { get; private set; }

        public int Refused { get; private set; }

        public int NotFound { get; private set; }

        public List<RefusedResponse> Reasons { get; private set; } = [];

        public List<RepairedResponse> Items { get; } = [];

        public int All => Changed + Unchanged + Refused;

        public void Add(RepairResponse part)
        {
            Changed += part.Changed;
            Unchanged += part.Unchanged;
            Refused += part.Refused;
            // Each part is about the same ids.
            NotFound = part.NotFound;
            Reasons =
            [
                .. Reasons
                    .Concat(part.Reasons)
                    .GroupBy(reason => (reason.Code, reason.Text))
                    .Select(same => same.First() with { Count = same.Sum(reason => reason.Count) }),
            ];
            Items.AddRange(part.Items.Take(MaxShown - Items.Count));
        }
    }
}
