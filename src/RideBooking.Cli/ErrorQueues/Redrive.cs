using System.CommandLine;
using System.Text.Json;
using RideBooking.Cli.Api;

namespace RideBooking.Cli.ErrorQueues;

/// <summary>
/// <c>error-queues redrive</c>: sends failed messages back to the queue in which they failed, and follows until the redrive
/// ends.
/// </summary>
internal static class Redrive
{
    public static Command Make(Terminal terminal, HostOptions host)
    {
        var targets = new Targets(required: true);
        var (reason, yes, dryRun) = (Options.Reason(), Options.Yes(), Options.DryRun());
        var limit = Options.OptionalNumber("--limit", "Maximum number of messages, oldest first.", 1, int.MaxValue);
        var rate = Options.OptionalNumber("--rate", "Maximum number of messages per second.", 1, 10_000);
        var canary = new Option<bool>("--canary")
        {
            Description = "Send 1, 10 and 100 messages first; pause if one fails again.",
        };
        var force = new Option<bool>("--force")
        {
            Description = "Include quarantined messages, and send to queues that no host consumes.",
        };
        var noWait = new Option<bool>("--no-wait") { Description = "Do not wait for the end of the redrive." };
        var command = new Command(
            "redrive",
            "Send failed messages back to the queue in which they failed, with their message ids. Effects that already happened do not happen again."
        )
        {
            limit,
            rate,
            canary,
            force,
            reason,
            dryRun,
            yes,
            noWait,
        };
        targets.AddTo(command);
        command.SetAction(
            async (parsed, cancellationToken) =>
            {
                using var api = await host.Connect(parsed, cancellationToken);
                var (selection, max) = (targets.Selection(parsed), parsed.GetValue(limit));
                var why = parsed.GetValue(reason);
                if (parsed.GetValue(dryRun) || !parsed.GetValue(yes))
                {
                    var plan = new Plan(
                        await api.Post(
                            "operations/redrives",
                            new
                            {
                                Selection = selection,
                                Limit = max,
                                Force = parsed.GetValue(force),
                                Reason = why,
                                DryRun = true,
                            },
                            cancellationToken
                        ),
                        targets.Ids(parsed)
                    );
                    if (parsed.GetValue(dryRun))
                        return plan.Show(terminal, host.Json(parsed));
                    if (plan.IsEmpty(terminal, out var end))
                        return end;
                    await terminal.Confirm(
                        plan.Question("Send", "back to the queue in which they failed"),
                        cancellationToken
                    );
                    // Only the confirmed messages are redriven, not those that fail meanwhile.
                    max = plan.Count;
                }
                JsonElement accepted;
                try
                {
                    accepted = await api.Post(
                        "operations/redrives",
                        new
                        {
                            Selection = selection,
                            Limit = max,
                            RatePerSecond = parsed.GetValue(rate),
                            Canary = parsed.GetValue(canary),
                            Force = parsed.GetValue(force),
                            Reason = why,
                        },
                        cancellationToken
                    );
                }
                catch (OperationCanceledException)
                {
                    terminal.WriteNote(
                        "Interrupted before the host answered. Run ridebooking audit actions to see whether the host accepted the redrive."
                    );
                    throw;
                }
                if (!parsed.GetValue(noWait))
                    return await FollowRedrive.ToItsEnd(api, terminal, accepted, host.Json(parsed), cancellationToken);
                terminal.WriteLine(host.Json(parsed) ? accepted.Indented() : $"{accepted.As<RedriveResponse>().Id}");
                return ExitCode.Done;
            }
        );
        return command;
    }
}
