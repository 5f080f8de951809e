using System.CommandLine;
using System.CommandLine.Parsing;
using System.Text.RegularExpressions;

namespace RideBooking.Cli.ErrorQueues;

/// <summary>
/// Which failed messages a command is for: ids as <c>show</c> prints them, or a queue and what its messages have in common.
/// </summary>
internal sealed partial class Targets
{
    readonly Argument<string[]> _targets;

    readonly Option<string> _fingerprint = new("--fingerprint")
    {
        Description = "Of a queue, only what failed for this reason.",
        HelpName = "fingerprint",
    };

    readonly Option<string> _messageType = new("--type")
    {
        Description = "Of a queue, only messages of this type.",
        HelpName = "name",
    };

    readonly Option<Guid?> _ride = new("--ride")
    {
        Description = "Of a queue, only messages of this ride.",
        HelpName = "id",
    };

    public Targets(bool required) =>
        _targets = Options.Many("queue or ids", "An error or skipped queue, or ids of failed messages.", required);

    /// <summary>Gives a command these arguments, and refuses what does not go together.</summary>
    public void AddTo(Command command)
    {
        command.Add(_targets);
        command.Add(_fingerprint);
        command.Add(_messageType);
        command.Add(_ride);
        command.Validators.Add(Check);
    }

    /// <summary>The ids, or null where a queue is meant.</summary>
    public IReadOnlyList<string>? Ids(ParseResult parsed) =>
        parsed.GetValue(_targets) is { Length: > 0 } targets && IsId(targets[0]) ? targets : null;

    /// <summary>The queue, or null.</summary>
    public string? Queue(ParseResult parsed) =>
        Ids(parsed) is null ? parsed.GetValue(_targets)?.FirstOrDefault() : null;

    /// <summary>What the API calls a selection.</summary>
    public object Selection(ParseResult parsed) =>
        new
        {
            Ids = Ids(parsed),
            Queue = Queue(parsed),
            Fingerprint = parsed.GetValue(_fingerprint),
            MessageType = parsed.GetValue(_messageType),
            RideId = parsed.GetValue(_ride),
        };

    /// <summary>The same as a query.</summary>
    public string Query(ParseResult parsed) =>
        string.Concat(
            new (string Name, string? Value)[]
            {
                ("queue", Queue(parsed)),
                ("fingerprint", parsed.GetValue(_fingerprint)),
                ("messageType", parsed.GetValue(_messageType)),
                ("rideId", parsed.GetValue(_ride)?.ToString()),
            }
                .Where(pair => pair.Value is not null)
                .Select(pair => $"&{pair.Name}={Uri.EscapeDataString(pair.Value!)}")
        );

    void Check(CommandResult result)
    {
        var targets = result.GetValue(_targets) ?? [];
        var ids = targets.Count(IsId);
        if (ids > 0 && ids < targets.Length || targets.Length - ids > 1)
            result.AddError("Name one queue, or ids of failed messages");
        else if (
            ids > 0
            && (result.GetValue(_fingerprint) ?? result.GetValue(_messageType)) is not null
                | result.GetValue(_ride) is not null
        )
            result.AddError("--fingerprint, --type and --ride choose among the messages of a queue, not among ids");
    }

    static bool IsId(string target) => Id().IsMatch(target);

    // A queue, and what tells its messages apart.
    [GeneratedRegex("_(error|skipped)\\.[0-9a-f]{16}$")]
    private static partial Regex Id();
}
