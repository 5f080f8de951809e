using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;

namespace RideBooking.Cli;

/// <summary>Creates options that several commands share.</summary>
internal static class Options
{
    public static Option<string> Reason() =>
        new("--reason")
        {
            Description = "The reason. It is stored with your name and the time.",
            HelpName = "text",
            Required = true,
        };

    public static Option<string?> OptionalReason() =>
        new("--reason") { Description = "A reason to store with your name and the time.", HelpName = "text" };

    /// <summary>Creates an argument that takes many values, and rejects a misspelt option as one of them.</summary>
    public static Argument<string[]> Many(string name, string description, bool required = true)
    {
        var argument = new Argument<string[]>(name)
        {
            Description = description,
            Arity = required ? ArgumentArity.OneOrMore : ArgumentArity.ZeroOrMore,
        };
        argument.Validators.Add(result =>
        {
            foreach (var token in result.Tokens.Where(token => token.Value.StartsWith('-')))
                result.AddError($"Unknown option {token.Value}");
        });
        return argument;
    }

    public static Option<bool> Yes() => new("--yes", "-y") { Description = "Do not ask for confirmation." };

    public static Option<bool> DryRun() => new("--dry-run") { Description = "Only list the messages." };

    public static Option<bool> FailIfMessages() =>
        new("--exit-code")
        {
            Description =
                $"End with exit code {ExitCode.MessagesLeft} if there are messages, and with 0 if there are none.",
        };

    /// <summary>Creates an option for a whole number within bounds.</summary>
    public static Option<int> Number(string name, string description, int min, int max, int standard)
    {
        var option = new Option<int>(name)
        {
            Description = description,
            HelpName = $"{min}-{max}",
            DefaultValueFactory = _ => standard,
        };
        option.Validators.Add(result =>
        {
            if (
                result.Tokens.Count > 0
                && (!int.TryParse(result.Tokens[0].Value, out var number) || number < min || number > max)
            )
                result.AddError($"{name} must be a whole number from {min} to {max}");
        });
        return option;
    }

    /// <summary>Creates an option for a whole number within bounds that may be left out.</summary>
    public static Option<int?> OptionalNumber(string name, string description, int min, int max)
    {
        var option = new Option<int?>(name) { Description = description, HelpName = $"{min}-{max}" };
        option.Validators.Add(result =>
        {
            if (
                result.Tokens.Count > 0
                && (!int.TryParse(result.Tokens[0].Value, out var number) || number < min || number > max)
            )
                result.AddError($"{name} must be a whole number from {min} to {max}");
        });
        return option;
    }

    /// <summary>Creates an option for a time. One without an offset is in UTC, as every time that is printed.</summary>
    public static Option<DateTimeOffset?> Time(string name, string description) =>
        new(name)
        {
            Description = description,
            HelpName = "time",
            CustomParser = result =>
            {
                var text = result.Tokens.Count == 1 ? result.Tokens[0].Value : "";
                if (
                    DateTimeOffset.TryParse(
                        text,
                        CultureInfo.InvariantCulture,
                        DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal,
                        out var time
                    )
                )
                    return time;
                result.AddError($"{name} must be a time such as 2026-01-31T08:00:00Z, not '{text}'");
                return null;
            },
        };

    /// <summary>Creates an option for the id of a ride, a redrive or the like.</summary>
    public static Option<Guid?> Id(string name, string description) =>
        new(name)
        {
            Description = description,
            HelpName = "id",
            CustomParser = result => ParseId(result, name),
        };

    /// <summary>Creates an argument for the id of a redrive, a replay or the like.</summary>
    public static Argument<Guid> IdArgument(string name, string description) =>
        new(name) { Description = description, CustomParser = result => ParseId(result, name) ?? Guid.Empty };

    static Guid? ParseId(ArgumentResult result, string name)
    {
        var text = result.Tokens.Count == 1 ? result.Tokens[0].Value : "";
        if (Guid.TryParse(text, out var id))
            return id;
        result.AddError($"{name} must be an id such as 0198c2f4-5b6d-7e8f-9012-3456789abcde, not '{text}'");
        return null;
    }
}
