using System.CommandLine;

namespace RideBooking.Cli;

/// <summary>Options that several commands have.</summary>
internal static class Options
{
    public static Option<string> Reason() =>
        new("--reason")
        {
            Description = "Why; it is kept with who did it and when.",
            HelpName = "text",
            Required = true,
        };

    /// <summary>An argument that takes many values, but no misspelt option for one of them.</summary>
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
                result.AddError($"There is no option {token.Value}");
        });
        return argument;
    }

    public static Option<bool> Yes() => new("--yes", "-y") { Description = "Do not ask." };

    public static Option<bool> DryRun() => new("--dry-run") { Description = "Only show which messages it would be." };

    /// <summary>A whole number within bounds.</summary>
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

    /// <summary>The same, for one that may be left out.</summary>
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
