using System.CommandLine;
using RideBooking.Cli.Api;

namespace RideBooking.Cli.ErrorQueues;

/// <summary>
/// <c>error-queues discard</c>: takes failed messages out of the list, with a reason. <c>restore</c> puts them back.
/// </summary>
internal static class Discard
{
    public static Command Make(Terminal terminal, HostOptions host)
    {
        var targets = new Targets(required: true);
        var (reason, yes, dryRun) = (Options.Reason(), Options.Yes(), Options.DryRun());
        var limit = Options.OptionalNumber("--limit", "Maximum number of messages, the oldest first.", 1, int.MaxValue);
        var command = new Command(
            "discard",
            "Discard failed messages. They are stored: see show --discarded, and restore."
        )
        {
            limit,
            reason,
            dryRun,
            yes,
        };
        targets.AddTo(command);
        command.SetAction(
            async (parsed, cancellationToken) =>
            {
                using var api = await host.Connect(parsed, cancellationToken);
                var (selection, max) = (targets.Selection(parsed), parsed.GetValue(limit));
                if (parsed.GetValue(dryRun) || !parsed.GetValue(yes))
                {
                    var plan = new Plan(await Ask(dryRun: true), targets.Ids(parsed));
                    if (parsed.GetValue(dryRun))
                        return plan.Show(terminal, host.Json(parsed));
                    if (plan.IsEmpty(terminal, out var end))
                        return end;
                    await terminal.Confirm(plan.Question("Discard", null), cancellationToken);
                    // Only the confirmed messages are discarded, not those that fail meanwhile.
                    max = plan.Count;
                }
                var response = await Ask(dryRun: false);
                var done = response.As<DiscardedResponse>();
                terminal.WriteLine(
                    host.Json(parsed)
                        ? response.Indented()
                        : $"{Text.Count(done.Discarded, "message")} discarded{(done.NotFound > 0 ? $", {done.NotFound} not found" : "")}."
                );
                return done is { Discarded: 0, NotFound: > 0 } ? ExitCode.NotFound : ExitCode.Done;

                Task<System.Text.Json.JsonElement> Ask(bool dryRun) =>
                    api.Post(
                        "operations/failed-messages/discard",
                        new
                        {
                            Selection = selection,
                            Limit = max,
                            Reason = parsed.GetValue(reason),
                            DryRun = dryRun,
                        },
                        cancellationToken
                    );
            }
        );
        return command;
    }
}
