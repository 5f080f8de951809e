using System.ComponentModel;
using System.Diagnostics;
using System.Text.Json;
using System.Text.Json.Nodes;
using RideBooking.Cli.Api;

namespace RideBooking.Cli.ErrorQueues;

/// <summary>Lets an operator edit JSON in their editor.</summary>
/// <remarks>The file stays if what was written cannot be used, so that no work is lost. Only its owner can read it.</remarks>
internal sealed class Editor : IDisposable
{
    readonly string _file = Path.Combine(Path.GetTempPath(), $"ridebooking-{Guid.NewGuid():N}.json");

    /// <summary>Whether the text was used, so that the file is not needed any more.</summary>
    public bool IsDone { get; set; }

    /// <summary>Opens the editor, and waits until it is closed.</summary>
    /// <returns>The edited JSON; null if nothing was changed.</returns>
    /// <exception cref="CommandFailedException">There is no editor, it failed, or the text is not JSON.</exception>
    public async Task<JsonNode?> Edit(Terminal terminal, JsonNode json, CancellationToken cancellationToken)
    {
        if (terminal is not { IsInteractive: true, Editor: { } editor })
            throw new CommandFailedException(
                ExitCode.Usage,
                "There is no editor to open. Set VISUAL or EDITOR, or use --file or --set."
            );
        var text = json.ToJsonString(Responses.Json) + "\n";
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        await using (var file = new FileStream(_file, options))
        await using (var writer = new StreamWriter(file))
            await writer.WriteAsync(text.AsMemory(), cancellationToken);
        if (await Open(editor, cancellationToken) is not 0 and var exitCode)
        {
            IsDone = true;
            throw new CommandFailedException(
                ExitCode.Failed,
                $"{editor} ended with exit code {exitCode}. Nothing was done."
            );
        }
        var edited = await File.ReadAllTextAsync(_file, cancellationToken);
        if (edited == text)
        {
            IsDone = true;
            return null;
        }
        return Parse(edited, _file);
    }

    /// <summary>Reads JSON.</summary>
    /// <param name="text">The text.</param>
    /// <param name="file">Where it is from.</param>
    /// <exception cref="CommandFailedException">It is not JSON.</exception>
    public static JsonNode Parse(string text, string file)
    {
        try
        {
            return JsonNode.Parse(text) ?? throw new CommandFailedException(ExitCode.Usage, $"{file} contains null.");
        }
        catch (JsonException exception)
        {
            throw new CommandFailedException(ExitCode.Usage, $"{file} is not JSON: {exception.Message}");
        }
    }

    /// <summary>Deletes the file, unless it has what the operator wrote and the host has not accepted.</summary>
    public void Dispose()
    {
        if (IsDone)
            File.Delete(_file);
    }

    /// <summary>What to do with a text that was not accepted; null if there is none.</summary>
    public string? Hint => !IsDone && File.Exists(_file) ? $"Your text is in {_file}; send it with --file." : null;

    // The variables hold a command with arguments, such as code --wait, so a shell starts it.
    async Task<int> Open(string editor, CancellationToken cancellationToken)
    {
        var start = OperatingSystem.IsWindows()
            ? new ProcessStartInfo("cmd.exe", $"/c {editor} \"{_file}\"")
            : new ProcessStartInfo("/bin/sh", ["-c", $"{editor} \"$1\"", "sh", _file]);
        try
        {
            using var process = Process.Start(start)!;
            await process.WaitForExitAsync(cancellationToken);
            return process.ExitCode;
        }
        catch (Win32Exception exception)
        {
            IsDone = true;
            throw new CommandFailedException(ExitCode.Failed, $"{editor} cannot be started: {exception.Message}");
        }
    }
}
