using System.Reflection;
using RideBooking.Platform.Configuration;
using RideBooking.Platform.Hosting;

namespace RideBooking.Host;

/// <summary>The command line of the host.</summary>
/// <remarks>
/// Anything that is not understood is refused: a mistyped command must not start an ordinary host on production's queues.
/// </remarks>
/// <param name="Command">The command to run.</param>
/// <param name="Settings">The settings, as <c>--Section:Key=value</c>.</param>
internal sealed record HostArguments(HostCommand Command, string[] Settings)
{
    public const string Usage = """
        RideBooking.Host [command] [--Section:Key=value …]

        commands
          (none)           run the host
          migrate          create or upgrade the database's schema, then end
          recover          republish messages that a broker has lost, then end
          help, --help     show this text
          version, --version

        in Development
          --demo [--seed N] [--drivers N] [--riders N] [--pace N]
                           run the host with a simulated city

        Settings are those of docs/operating/settings.md, such as --Matching:OfferTimeout=00:00:30. They can
        also be environment variables (Matching__OfferTimeout) or be in appsettings.json beside the program.
        """;

    /// <summary>The program's version.</summary>
    public static string Version =>
        typeof(HostArguments)
            .Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!
            .InformationalVersion;

    static readonly Dictionary<string, HostCommand> s_commands = new(StringComparer.Ordinal)
    {
        ["migrate"] = HostCommand.Migrate,
        ["recover"] = HostCommand.Recover,
        ["help"] = HostCommand.Help,
        ["--help"] = HostCommand.Help,
        ["-h"] = HostCommand.Help,
        ["-?"] = HostCommand.Help,
        ["version"] = HostCommand.Version,
        ["--version"] = HostCommand.Version,
    };

    /// <summary>Reads the command line.</summary>
    /// <exception cref="ConfigurationException">An argument is neither a command nor a setting with a value.</exception>
    public static HostArguments Parse(IReadOnlyList<string> arguments)
    {
        HostCommand? command = null;
        List<string> settings = [];
        for (var at = 0; at < arguments.Count; at++)
        {
            var argument = arguments[at];
            if (s_commands.TryGetValue(argument, out var named))
                command =
                    command is null || command == named
                        ? named
                        : throw Invalid($"'{argument}' is a second command; give only one.");
            else if (Setting(argument) is not { } name)
                throw Invalid($"'{argument}' is neither a command nor a setting.");
            else if (argument.Contains('=', StringComparison.Ordinal))
                settings.Add($"--{name}={argument[(argument.IndexOf('=', StringComparison.Ordinal) + 1)..]}");
            else if (at + 1 < arguments.Count && !arguments[at + 1].StartsWith("--", StringComparison.Ordinal))
                settings.Add($"--{name}={arguments[++at]}");
            else
                throw Invalid($"'{argument}' is not a command, and it is not a setting because it has no value.");
        }
        return new HostArguments(command ?? HostCommand.Run, [.. settings]);
    }

    // The forms that .NET's command line configuration knows: --key=value, --key value, /key=value, key=value.
    static string? Setting(string argument)
    {
        var end = argument.IndexOf('=', StringComparison.Ordinal);
        var name = end < 0 ? argument : argument[..end];
        if (name.StartsWith("--", StringComparison.Ordinal))
            name = name[2..];
        else if (end < 0)
            return null;
        else if (name.StartsWith('/'))
            name = name[1..];
        return name.Length > 0 && name[0] != '-' ? name : null;
    }

    static ConfigurationException Invalid(string what) => new($"{what}\n\n{Usage}");
}
