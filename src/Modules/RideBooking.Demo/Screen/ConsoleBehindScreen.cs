using System.Text;
using Spectre.Console;

namespace RideBooking.Demo.Screen;

/// <summary>Redirects the console to a file while the screen is shown.</summary>
/// <remarks>
/// Everything that the host writes to its console, mostly its log, goes to the file. The screen shows the file's name and its
/// last line.
/// </remarks>
internal sealed class ConsoleBehindScreen : TextWriter
{
    // A demo that runs for a week must not fill the disk. At this size, the file is emptied.
    const long MaxBytes = 10_000_000;

    readonly Lock _lock = new();
    readonly TextWriter _terminal;
    readonly StringBuilder _line = new();
    StreamWriter? _file;

    ConsoleBehindScreen(IAnsiConsole screen, TextWriter terminal) => (Screen, _terminal) = (screen, terminal);

    /// <summary>The terminal itself.</summary>
    public IAnsiConsole Screen { get; }

    /// <summary>The file that receives the console's output while the screen is shown.</summary>
    public string FileName { get; } = Path.Combine(Path.GetTempPath(), $"ridebooking-demo-{Environment.ProcessId}.log");

    /// <summary>The last line that was written to the file.</summary>
    public string? LastLine { get; private set; }

    public override Encoding Encoding => _terminal.Encoding;

    /// <summary>
    /// Takes over the console if it is a terminal on which a screen can be drawn. Otherwise returns null and changes nothing.
    /// </summary>
    public static ConsoleBehindScreen? TryTake()
    {
        var screen = AnsiConsole.Console;
        if (Console.IsOutputRedirected || !screen.Profile.Capabilities.Ansi)
            return null;
        var behind = new ConsoleBehindScreen(screen, Console.Out);
        Console.SetOut(behind);
        return behind;
    }

    /// <summary>Redirects the console to the file from now on.</summary>
    public void Hide()
    {
        lock (_lock)
            _file ??= new StreamWriter(FileName, append: false, new UTF8Encoding(false)) { AutoFlush = true };
    }

    /// <summary>Writes a line to the terminal itself.</summary>
    public void Say(string line)
    {
        lock (_lock)
            _terminal.WriteLine(line);
    }

    public override void Write(char value)
    {
        lock (_lock)
        {
            (_file ?? _terminal).Write(value);
            if (_file is not null)
                Remember(value);
        }
    }

    public override void Write(char[] buffer, int index, int count) => Write(buffer.AsSpan(index, count));

    public override void Write(string? value) => Write(value.AsSpan());

    public override void Write(ReadOnlySpan<char> buffer)
    {
        lock (_lock)
        {
            (_file ?? _terminal).Write(buffer);
            if (_file is null)
                return;
            foreach (var character in buffer)
                Remember(character);
        }
    }

    public override void Flush()
    {
        lock (_lock)
            (_file ?? _terminal).Flush();
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
            _file?.Dispose();
        base.Dispose(disposing);
    }

    void Remember(char character)
    {
        if (character != '\n')
        {
            // Never cut a surrogate pair in half.
            var endsInHalf = _line.Length > 0 && char.IsHighSurrogate(_line[^1]);
            if (!char.IsControl(character) && (_line.Length < 500 || (endsInHalf && char.IsLowSurrogate(character))))
                _line.Append(character);
            return;
        }
        // Indented lines belong to the line before, such as a stack trace.
        if (_line.Length > 0 && _line[0] != ' ')
            LastLine = _line.ToString();
        _line.Clear();
        if (_file!.BaseStream.Length > MaxBytes)
            _file.BaseStream.SetLength(0);
    }
}
