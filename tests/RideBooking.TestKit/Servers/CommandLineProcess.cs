using System.Collections;
using System.Diagnostics;
using System.Text.Json.Nodes;

namespace RideBooking.TestKit.Servers;

/// <summary>The built command line as a process of its own, which reads the environment and may be killed.</summary>
sealed class CommandLineProcess : IDisposable
{
    readonly Process process;
    Task<string>? output;

    CommandLineProcess(Process process) => this.process = process;

    /// <summary>Starts a command without a terminal.</summary>
    /// <param name="environment">All of its environment but PATH, LANG and the settings of .NET.</param>
    /// <param name="command">The command with its options.</param>
    public static CommandLineProcess Start(
        IEnumerable<KeyValuePair<string, string>> environment,
        params IEnumerable<string> command
    )
    {
        var process = new Process
        {
            StartInfo = LocalCommand.Describe(
                ["dotnet", BuiltProgram.PathOf("RideBooking.Cli", "ridebooking"), .. command],
                [.. SettingsOfDotNet(), .. environment]
            ),
        };
        process.Start();
        process.StandardInput.Close();
        return new CommandLineProcess(process);
    }

    /// <summary>Runs a command to its end.</summary>
    public static async Task<CommandLineResult> RunAsync(
        IEnumerable<KeyValuePair<string, string>> environment,
        params IEnumerable<string> command
    )
    {
        using var process = Start(environment, command);
        return await process.EndedAsync();
    }

    /// <summary>Reads the next line of its standard error; null at its end.</summary>
    public async Task<string?> ErrorLineAsync()
    {
        _ = ReadOutput();
        return await process.StandardError.ReadLineAsync().WaitAsync(WaitFor.Limit);
    }

    /// <summary>Kills it, as SIGKILL does.</summary>
    public async Task KillAsync()
    {
        process.Kill();
        await EndedAsync();
    }

    /// <summary>Waits for its end.</summary>
    public async Task<CommandLineResult> EndedAsync()
    {
        var standardOutput = ReadOutput();
        var error = await process.StandardError.ReadToEndAsync().WaitAsync(WaitFor.Limit);
        await process.WaitForExitAsync().WaitAsync(WaitFor.Limit);
        return new CommandLineResult(process.ExitCode, await standardOutput, error);
    }

    public void Dispose()
    {
        if (!process.HasExited)
            process.Kill();
        process.Dispose();
    }

    Task<string> ReadOutput() => output ??= process.StandardOutput.ReadToEndAsync();

    static IEnumerable<KeyValuePair<string, string>> SettingsOfDotNet() =>
        Environment
            .GetEnvironmentVariables()
            .Cast<DictionaryEntry>()
            .Select(variable => KeyValuePair.Create((string)variable.Key, (string?)variable.Value ?? ""))
            .Where(variable => variable.Key.StartsWith("DOTNET_", StringComparison.Ordinal));
}

/// <summary>What a command wrote, and how it ended.</summary>
sealed record CommandLineResult(int ExitCode, string Out, string Error)
{
    public string[] Lines => Out.Split('\n', StringSplitOptions.RemoveEmptyEntries);

    public JsonNode Json => JsonNode.Parse(Out)!;

    public CommandLineResult ShouldEnd(int exitCode)
    {
        ExitCode.ShouldBe(exitCode, $"{Out}\n{Error}");
        return this;
    }
}
