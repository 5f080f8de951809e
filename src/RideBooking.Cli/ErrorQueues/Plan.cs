using System.Text.Json;
using RideBooking.Cli.Api;

namespace RideBooking.Cli.ErrorQueues;

/// <summary>What a redrive or a discard would be for.</summary>
/// <param name="answer">The host's answer to a dry run.</param>
/// <param name="ids">The ids that were named, if ids were.</param>
internal sealed class Plan(JsonElement answer, IReadOnlyList<string>? ids)
{
    readonly PlanShape _plan = answer.As<PlanShape>();

    public int Count => _plan.Count;

    /// <summary>Shows it.</summary>
    /// <returns>How the command ends.</returns>
    public int Show(Terminal terminal, bool json)
    {
        if (json)
        {
            terminal.Say(answer.Indented());
            return Count == 0 && ids is not null ? ExitCode.NotFound : ExitCode.Done;
        }
        if (IsEmpty(terminal, out var end))
            return end;
        Messages.Write(terminal, _plan.Items);
        terminal.Note(
            $"{Selected}{(_plan.Items.Count < Count ? $", of which these are the first {_plan.Items.Count}" : "")}."
        );
        return ExitCode.Done;
    }

    /// <summary>Whether there is nothing to do, which it then says.</summary>
    public bool IsEmpty(Terminal terminal, out int exitCode)
    {
        exitCode = ids is null ? ExitCode.Done : ExitCode.NotFound;
        if (Count == 0)
            terminal.Note(ids is null ? "No message there is meant." : "No such message waits in an error queue.");
        return Count == 0;
    }

    /// <summary>What to ask before it is done.</summary>
    public string Question(string verb, string where) => $"{verb} {Selected} {where}?";

    string Selected =>
        _plan.Count < _plan.Matching ? $"{Text.Count(Count, "message")} (the longest waiting of {_plan.Matching})"
        : _plan.NotFound > 0 ? $"{Text.Count(Count, "message")} ({_plan.NotFound} of the ids are not there any more)"
        : Text.Count(Count, "message");
}
