using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using System.Text.RegularExpressions;

namespace RideBooking.Cli.ErrorQueues;

/// <summary>The failed messages that a command is for: ids as <c>show</c> prints them, or a queue with filters.</summary>
internal sealed partial class Targets
{
    readonly Argument<string[]> _targets;

    readonly Option<string> _fingerprint = new("--fingerprint")
    {
        Description = "Only messages with this fingerprint.",
        HelpName = "fingerprint",
    };

    readonly Option<string> _messageType = new("--type")
    {
        Description = "Only messages of this type.",
        HelpName = "name",
    };

    readonly Option<Guid?> _ride = Options.Id("--ride", "Only messages that belong to this ride.");

    readonly Option<string> _rider = new("--rider")
    {
        Description = "Only messages about this rider.",
        HelpName = "id",
    };

    readonly Option<string> _driver = new("--driver")
    {
        Description = "Only messages about this driver.",
        HelpName = "id",
    };

    readonly Option<string> _rideStatus = new("--ride-status")
    {
        Description = "Only messages whose ride has this status now.",
        HelpName = "status",
    };

    readonly Option<string> _text = new("--text")
    {
        Description = "Only messages with this text in the exception, the type or the message id.",
        HelpName = "text",
    };

    readonly Option<DateTimeOffset?> _failedAfter = Options.Time(
        "--failed-after",
        "Only messages that failed at this time or later, such as 2026-01-31T08:00:00Z."
    );

    readonly Option<DateTimeOffset?> _failedBefore = Options.Time(
        "--failed-before",
        "Only messages that failed before this time."
    );

    readonly bool _required;

    /// <param name="required">Whether one of the arguments or filters must be given.</param>
    public Targets(bool required)
    {
        _required = required;
        _targets = Options.Many(
            "queue or ids",
            "An error or skipped queue, or ids of failed messages.",
            required: false
        );
    }

    /// <summary>Creates an argument for one failed message.</summary>
    public static Argument<string> One()
    {
        var argument = new Argument<string>("id") { Description = "The id of a failed message, as show prints it." };
        argument.Validators.Add(result =>
        {
            if (result.Tokens is [var token] && !IsId(token.Value))
                result.AddError($"'{token.Value}' is not the id of a failed message");
        });
        return argument;
    }

    /// <summary>Adds these arguments to a command, and rejects invalid combinations.</summary>
    public void AddTo(Command command)
    {
        command.Add(_targets);
        command.Add(_fingerprint);
        command.Add(_messageType);
        command.Add(_ride);
        command.Add(_rider);
        command.Add(_driver);
        command.Add(_rideStatus);
        command.Add(_text);
        command.Add(_failedAfter);
        command.Add(_failedBefore);
        command.Validators.Add(Check);
    }

    /// <summary>The ids; null if a queue is given.</summary>
    public IReadOnlyList<string>? Ids(ParseResult parsed) =>
        parsed.GetValue(_targets) is { Length: > 0 } targets && IsId(targets[0]) ? targets : null;

    /// <summary>The queue; null if ids are given.</summary>
    public string? Queue(ParseResult parsed) =>
        Ids(parsed) is null ? parsed.GetValue(_targets)?.FirstOrDefault() : null;

    /// <summary>The arguments as the API's selection.</summary>
    public object Selection(ParseResult parsed) =>
        new
        {
            Ids = Ids(parsed),
            Queue = Queue(parsed),
            Fingerprint = parsed.GetValue(_fingerprint),
            MessageType = parsed.GetValue(_messageType),
            RideId = parsed.GetValue(_ride),
            RiderId = parsed.GetValue(_rider),
            DriverId = parsed.GetValue(_driver),
            RideStatus = parsed.GetValue(_rideStatus),
            Text = parsed.GetValue(_text),
            FailedAfter = parsed.GetValue(_failedAfter),
            FailedBefore = parsed.GetValue(_failedBefore),
        };

    /// <summary>The arguments as a query string.</summary>
    public string Query(ParseResult parsed) =>
        string.Concat(
            new (string Name, string? Value)[]
            {
                ("queue", Queue(parsed)),
                ("fingerprint", parsed.GetValue(_fingerprint)),
                ("messageType", parsed.GetValue(_messageType)),
                ("rideId", parsed.GetValue(_ride)?.ToString()),
                ("riderId", parsed.GetValue(_rider)),
                ("driverId", parsed.GetValue(_driver)),
                ("rideStatus", parsed.GetValue(_rideStatus)),
                ("text", parsed.GetValue(_text)),
                ("failedAfter", parsed.GetValue(_failedAfter)?.ToString("O", CultureInfo.InvariantCulture)),
                ("failedBefore", parsed.GetValue(_failedBefore)?.ToString("O", CultureInfo.InvariantCulture)),
            }
                .Where(pair => pair.Value is not null)
                .Select(pair => $"&{pair.Name}={Uri.EscapeDataString(pair.Value!)}")
        );

    void Check(CommandResult result)
    {
        var targets = result.GetValue(_targets) ?? [];
        var ids = targets.Count(IsId);
        // The value of an option that cannot be parsed cannot be read. Its own error says so.
        var isFiltered = new Option[]
        {
            _fingerprint,
            _messageType,
            _ride,
            _rider,
            _driver,
            _rideStatus,
            _text,
            _failedAfter,
            _failedBefore,
        }.Any(filter => result.GetResult(filter) is not null);
        if (_required && targets.Length == 0 && !isFiltered)
            result.AddError("Give a queue, ids of failed messages, or a filter");
        else if (ids > 0 && ids < targets.Length || targets.Length - ids > 1)
            result.AddError("Give one queue, or ids of failed messages");
        else if (ids > 0 && isFiltered)
            result.AddError("Filters such as --fingerprint, --type and --ride cannot be combined with ids");
    }

    static bool IsId(string target) => Id().IsMatch(target);

    // Matches a message id: the name of a queue, and the message's hash.
    [GeneratedRegex("_(error|skipped)\\.[0-9a-f]{16}$")]
    private static partial Regex Id();
}
