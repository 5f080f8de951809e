using System.Text.Json;
using RideBooking.Cli.Api;

namespace RideBooking.Cli.ErrorQueues;

/// <summary>The plan of a redrive, a discard or a restore.</summary>
/// <param name="response">The host's response to a dry run.</param>
/// <param name="ids">The given ids; null if a queue was given.</param>
/// <param name="state">The state of the messages that it is about.</param>
internal sealed class Plan(JsonElement response, IReadOnlyList<string>? ids, string state = Spellings.MessageFailed)
{
    readonly PlanResponse _plan = response.As<PlanResponse>();

    public int Count => _plan.Count;

    /// <summary>Prints the plan.</summary>
    /// <returns>The command's exit code.</returns>
    public int Show(Terminal terminal, bool json)
    {
        if (json)
        {
            terminal.WriteLine(response.Indented());
            return Count == 0 && ids is not null ? ExitCode.NotFound : ExitCode.Done;
        }
        if (IsEmpty(terminal, out var end))
            return end;
        Messages.Write(terminal, _plan.Items);
        terminal.WriteNote(
            $"{Selected}{(_plan.Items.Count < Count ? $", the first {_plan.Items.Count} listed" : "")}{(_plan.Quarantined > 0 ? $"; {_plan.Quarantined} quarantined (--force includes them)" : "")}."
        );
        return ExitCode.Done;
    }

    /// <summary>Whether the plan is empty. Prints a note if it is.</summary>
    public bool IsEmpty(Terminal terminal, out int exitCode)
    {
        exitCode = ids is null ? ExitCode.Done : ExitCode.NotFound;
        if (Count == 0)
            terminal.WriteNote(
                _plan.Quarantined > 0
                    ? $"{Text.Count(_plan.Quarantined, "message")} matched, but failed again after earlier redrives. --force includes such messages."
                : ids is null ? $"No {state} message matches."
                : $"There is no such {state} message."
            );
        return Count == 0;
    }

    /// <summary>The question to confirm before the action.</summary>
    public string Question(string verb, string? where) => $"{verb} {Selected}{(where is null ? "" : $" {where}")}?";

    string Selected =>
        _plan.Count < _plan.Matching ? $"{Text.Count(Count, "message")} (the oldest of {_plan.Matching})"
        : _plan.NotFound > 0
            ? $"{Text.Count(Count, "message")} ({_plan.NotFound} of the ids are not those of {state} messages)"
        : Text.Count(Count, "message");
}
