using System.CommandLine;
using System.Text.Json;
using RideBooking.Cli.Api;

namespace RideBooking.Cli.ErrorQueues;

/// <summary><c>error-queues redrive</c>: sends failed messages back to the queue they failed in, and follows until it is done.</summary>
internal static class Redrive
{
    public static Command Make(Terminal terminal, HostOptions host)
    {
        var targets = new Targets(required: true);
        var (reason, yes, dryRun) = (Options.Reason(), Options.Yes(), Options.DryRun());
        var limit = Options.OptionalNumber("--limit", "At most so many, the longest waiting first.", 1, 10_000);
        var rate = Options.OptionalNumber("--rate", "At most so many a second.", 1, 10_000);
        var noWait = new Option<bool>("--no-wait") { Description = "Do not wait until it is done." };
        var command = new Command(
            "redrive",
            "Send failed messages back to the queue they failed in, with their message ids. What was handled before is not handled again."
        )
        {
            limit,
            rate,
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
                var (selection, most) = (targets.Selection(parsed), parsed.GetValue(limit));
                var why = parsed.GetValue(reason);
                if (parsed.GetValue(dryRun) || !parsed.GetValue(yes))
                {
                    var plan = new Plan(
                        await api.Post(
                            "operations/redrives",
                            new
                            {
                                Selection = selection,
                                Limit = most,
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
                        plan.Question("Send", "back to the queue they failed in"),
                        cancellationToken
                    );
                    // What comes to the queue meanwhile is not what was asked about.
                    most = plan.Count;
                }
                JsonElement accepted;
                try
                {
                    accepted = await api.Post(
                        "operations/redrives",
                        new
                        {
                            Selection = selection,
                            Limit = most,
                            RatePerSecond = parsed.GetValue(rate),
                            Reason = why,
                        },
                        cancellationToken
                    );
                }
                catch (OperationCanceledException)
                {
                    terminal.Note(
                        "Interrupted before the host answered. ridebooking audit shows whether it took the redrive."
                    );
                    throw;
                }
                if (!parsed.GetValue(noWait))
                    return await FollowRedrive.ToItsEnd(api, terminal, accepted, host.Json(parsed), cancellationToken);
                terminal.Say(host.Json(parsed) ? accepted.Indented() : $"{accepted.As<RedriveShape>().Id}");
                return ExitCode.Done;
            }
        );
        return command;
    }
}
