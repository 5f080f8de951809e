using System.CommandLine;

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
}
