using System.Diagnostics;

namespace RideBooking.TestKit.Servers;

/// <summary>Runs a command to its end.</summary>
static class LocalCommand
{
    static readonly TimeSpan s_limit = TimeSpan.FromMinutes(2);

    /// <param name="command">The program and its arguments.</param>
    /// <param name="environment">The environment.</param>
    /// <param name="limit">How long it may take; two minutes by default.</param>
    /// <returns>What the command wrote to its standard output.</returns>
    /// <exception cref="InvalidOperationException">It ended with another code than 0, or not within the limit.</exception>
    public static async Task<string> RunAsync(
        string[] command,
        IEnumerable<KeyValuePair<string, string>> environment,
        TimeSpan? limit = null
    )
    {
        var time = limit ?? s_limit;
        using var process = new Process { StartInfo = Describe(command, environment) };
        process.Start();
        process.StandardInput.Close();
        var output = process.StandardOutput.ReadToEndAsync();
        var error = process.StandardError.ReadToEndAsync();
        using var end = new CancellationTokenSource(time);
        try
        {
            await process.WaitForExitAsync(end.Token);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            throw new InvalidOperationException($"'{string.Join(' ', command)}' ran for more than {time}.");
        }
        return process.ExitCode == 0
            ? await output
            : throw new InvalidOperationException(
                $"'{string.Join(' ', command)}' ended with code {process.ExitCode}: {await error}{await output}"
            );
    }

    /// <summary>Starts a command with an environment of its own: settings of the developer's servers must not reach the tests' servers.</summary>
    public static ProcessStartInfo Describe(
        IEnumerable<string> command,
        IEnumerable<KeyValuePair<string, string>> environment
    )
    {
        var start = new ProcessStartInfo
        {
            FileName = command.First(),
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            // A folder that every account may enter.
            WorkingDirectory = "/",
        };
        foreach (var argument in command.Skip(1))
            start.ArgumentList.Add(argument);
        start.Environment.Clear();
        start.Environment["PATH"] = Environment.GetEnvironmentVariable("PATH") ?? "/usr/bin:/bin";
        start.Environment["LANG"] = "C.UTF-8";
        foreach (var (name, value) in environment)
            start.Environment[name] = value;
        return start;
    }
}
