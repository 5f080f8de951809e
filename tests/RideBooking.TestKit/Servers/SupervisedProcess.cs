using System.Diagnostics;
using System.Text;

namespace RideBooking.TestKit.Servers;

/// <summary>
/// A local server that cannot outlive the tests. A shell between the tests and the server holds the other end of a pipe: when
/// this process ends, even by SIGKILL, the pipe closes and the shell ends the server and deletes its folder. (A parent-death
/// signal would not do: it is tied to the thread that started the server, and threads of a pool come and go.)
/// </summary>
sealed class SupervisedProcess : IAsyncDisposable
{
    // $1 the signal that ends the server when the pipe closes, $2 the folder to delete then (may be empty), then the command.
    // A line in the pipe is the name of a signal to send. The shell ends when the server does, with its exit code.
    const string Supervisor = """
        signal=$1 folder=$2
        shift 2
        exec 3<&0
        "$@" </dev/null 3<&- &
        server=$!
        (
            while read -r name; do kill -s "$name" $server; done
            trap '' TERM
            kill -s "$signal" $server
            while kill -s 0 $server; do sleep 0.1; done
            [ -z "$folder" ] || rm -rf "$folder"
        ) <&3 2>/dev/null &
        watcher=$!
        exec 3<&-
        wait $server
        status=$?
        kill $watcher 2>/dev/null
        wait $watcher
        exit $status
        """;

    const int OutputLimit = 1_000_000;

    readonly Process process;
    readonly string folder;
    readonly StringBuilder output = new();

    SupervisedProcess(ProcessStartInfo start, string folder)
    {
        this.folder = folder;
        process = new Process { StartInfo = start };
        process.OutputDataReceived += (_, line) => Remember(line.Data);
        process.ErrorDataReceived += (_, line) => Remember(line.Data);
        process.Start();
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
    }

    /// <param name="command">The program, found in PATH or by its path, and its arguments.</param>
    /// <param name="environment">All of its environment but PATH and LANG, unless <paramref name="inherit"/>.</param>
    /// <param name="lastSignal">The signal that ends it after the tests: the quickest that leaves nothing behind.</param>
    /// <param name="folder">The folder to delete after the server has ended.</param>
    /// <param name="workingDirectory">The working directory.</param>
    /// <param name="inherit">True if it also inherits this process's environment.</param>
    public static SupervisedProcess Start(
        string[] command,
        IEnumerable<KeyValuePair<string, string>> environment,
        string lastSignal,
        string folder = "",
        string workingDirectory = "/",
        bool inherit = false
    )
    {
        var inherited = inherit
            ? Environment
                .GetEnvironmentVariables()
                .Cast<System.Collections.DictionaryEntry>()
                .Select(entry => KeyValuePair.Create((string)entry.Key, (string?)entry.Value ?? ""))
            : [];
        string[] supervised = ["/bin/sh", "-c", Supervisor, "supervisor", lastSignal, folder, .. command];
        var start = LocalCommand.Describe(supervised, inherited.Concat(environment));
        start.WorkingDirectory = workingDirectory;
        return new(start, folder);
    }

    /// <summary>The standard output and error so far (the last million characters).</summary>
    public string Output
    {
        get
        {
            lock (output)
                return output.ToString();
        }
    }

    public bool HasExited => process.HasExited;

    /// <summary>The exit code once ended; 128 + the signal's number if a signal ended it.</summary>
    public int ExitCode => process.ExitCode;

    /// <summary>Sends a signal: "TERM", "KILL", "STOP"….</summary>
    public async Task SignalAsync(string name)
    {
        await process.StandardInput.WriteLineAsync(name);
        await process.StandardInput.FlushAsync();
    }

    /// <summary>Sends a signal that ends the process, and waits until it and all processes that share its output have ended.</summary>
    public async Task EndAsync(string signal)
    {
        await SignalAsync(signal);
        await ExitedAsync($"the end of {process.StartInfo.ArgumentList[5]} after SIG{signal}", WaitFor.Limit);
    }

    /// <summary>Waits until the process has ended; kills it after the timeout.</summary>
    /// <param name="what">The awaited event, for the exception's message.</param>
    /// <param name="timeout">The maximum time.</param>
    public async Task ExitedAsync(string what, TimeSpan timeout)
    {
        using var limit = new CancellationTokenSource(timeout);
        try
        {
            await process.WaitForExitAsync(limit.Token);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            throw new TimeoutException($"Waited {timeout.TotalSeconds:0} s for {what}, then killed it. {Output}");
        }
    }

    public async ValueTask DisposeAsync()
    {
        process.StandardInput.Close();
        await ExitedAsync("the end of a local server after its tests", WaitFor.Limit);
        process.Dispose();
        if (folder.Length > 0 && Directory.Exists(folder))
            Directory.Delete(folder, recursive: true);
    }

    void Remember(string? line)
    {
        if (line is null)
            return;
        lock (output)
        {
            output.AppendLine(line);
            if (output.Length > OutputLimit)
                output.Remove(0, output.Length - OutputLimit);
        }
    }
}
