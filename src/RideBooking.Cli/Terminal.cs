using System.Text;
using Spectre.Console;

namespace RideBooking.Cli;

/// <summary>The command's input and output.</summary>
/// <remarks>
/// Results go to standard output, everything else to standard error. On a terminal, tables fit its width. In a pipe, each row
/// is one line of tab-separated values and is never cut.
/// </remarks>
/// <param name="output">For results.</param>
/// <param name="error">For progress, questions and error messages.</param>
/// <param name="input">For answers.</param>
/// <param name="isTerminal">Which of the three are a terminal.</param>
internal sealed class Terminal(
    TextWriter output,
    TextWriter error,
    TextReader input,
    (bool Output, bool Error, bool Input) isTerminal
)
{
    public static Terminal OfThisProcess() =>
        new(
            Console.Out,
            Console.Error,
            Console.In,
            (!Console.IsOutputRedirected, !Console.IsErrorRedirected, !Console.IsInputRedirected)
        );

    /// <summary>The columns of a terminal that does not report its width; null to ask the terminal.</summary>
    public int? Width { get; init; }

    /// <summary>Whether the terminal is known to be one with a cursor that moves; otherwise that is detected.</summary>
    public bool HasCursor { get; init; }

    /// <summary>The command that edits a file; null if there is none.</summary>
    public string? Editor { get; init; } = EditorOf("VISUAL") ?? EditorOf("EDITOR");

    /// <summary>Whether a person answers questions.</summary>
    public bool IsInteractive => isTerminal.Input;

    public TextWriter Out => output;

    public TextWriter Error => error;

    /// <summary>Whether only a program reads the results.</summary>
    public bool IsPiped => !isTerminal.Output;

    /// <summary>Whether progress can be drawn.</summary>
    public bool ShowsProgress => isTerminal.Error;

    /// <summary>A console that draws on standard error.</summary>
    public IAnsiConsole ErrorConsole => Draw(error, isTerminal.Error);

    /// <summary>Writes a line of results.</summary>
    public void WriteLine(string text = "") => output.WriteLine(Text.Clean(text));

    /// <summary>Writes a line for a person, not for a pipe.</summary>
    public void WriteNote(string text) => error.WriteLine(Text.Clean(text));

    /// <summary>Writes an error message.</summary>
    public void WriteError(string text) => error.WriteLine($"ridebooking: {Text.OneLine(text)}");

    /// <summary>Writes a heading.</summary>
    public void Heading(string text)
    {
        var console = Draw(output, isTerminal.Output);
        console.WriteLine();
        console.MarkupLineInterpolated($"[bold]{Text.OneLine(text)}[/]");
    }

    /// <summary>Writes a list item on a terminal: its name, with the details below.</summary>
    public void Entry(string name, params ReadOnlySpan<string> facts)
    {
        var console = Draw(output, isTerminal.Output);
        console.MarkupLineInterpolated($"[bold]{Text.OneLine(name)}[/]");
        foreach (var fact in facts)
            console.Write(new Padder(new Spectre.Console.Text(Text.OneLine(fact))).Padding(2, 0, 0, 0));
    }

    /// <summary>
    /// Writes rows under their headings. On a terminal, key columns are never wrapped, because users copy them.
    /// </summary>
    public void Table(IReadOnlyList<Column> columns, IEnumerable<IReadOnlyList<string>> rows)
    {
        if (!isTerminal.Output)
        {
            output.WriteLine(string.Join('\t', columns.Select(column => column.Heading)));
            foreach (var row in rows)
                output.WriteLine(string.Join('\t', row.Select(Text.OneLine)));
            return;
        }
        var table = new Table().Border(TableBorder.Simple);
        foreach (var column in columns)
        {
            var drawn = new TableColumn(new Markup($"[bold]{column.Heading}[/]")) { NoWrap = column.IsKey };
            table.AddColumn(column.IsNumber ? drawn.RightAligned() : drawn);
        }
        foreach (var row in rows)
            table.AddRow(row.Select(cell => new Spectre.Console.Text(Text.OneLine(cell))));
        Draw(output, true).Write(table);
    }

    /// <summary>Asks a yes-or-no question. Without a terminal to ask on, no answer is assumed.</summary>
    /// <exception cref="CommandFailedException">The answer is no, or there is no terminal to ask on.</exception>
    public async Task Confirm(string question, CancellationToken cancellationToken)
    {
        if (!isTerminal.Input)
            throw new CommandFailedException(ExitCode.Usage, $"{question} There is no terminal to ask on. Use --yes.");
        await error.WriteAsync($"{Text.Clean(question)} [y/N] ");
        await error.FlushAsync(cancellationToken);
        var answer = await Task.Run(input.ReadLine, cancellationToken).WaitAsync(cancellationToken);
        if (answer?.Trim().ToUpperInvariant() is not ("Y" or "YES"))
            throw new CommandFailedException(ExitCode.Failed, "Nothing was done.");
    }

    static string? EditorOf(string variable) =>
        Environment.GetEnvironmentVariable(variable) is { Length: > 0 } command ? command : null;

    IAnsiConsole Draw(TextWriter writer, bool terminal)
    {
        var console = AnsiConsole.Create(
            new AnsiConsoleSettings
            {
                Out = new AnsiConsoleOutput(writer),
                Ansi =
                    !terminal ? AnsiSupport.No
                    : HasCursor ? AnsiSupport.Yes
                    : AnsiSupport.Detect,
                Interactive =
                    !terminal ? InteractionSupport.No
                    : HasCursor ? InteractionSupport.Yes
                    : InteractionSupport.Detect,
            }
        );
        if (Width is { } width)
            console.Profile.Width = width;
        return console;
    }
}

/// <summary>A column of a table.</summary>
/// <param name="Heading">The heading.</param>
/// <param name="IsKey">Whether users copy the values to other commands.</param>
/// <param name="IsNumber">Whether the column is right-aligned.</param>
internal sealed record Column(string Heading, bool IsKey = false, bool IsNumber = false);

/// <summary>Formats text for people.</summary>
internal static class Text
{
    /// <summary>
    /// Escapes control characters except line breaks and tabs, because untrusted text could move the cursor or do worse.
    /// </summary>
    public static string Clean(string text) => Clean(text, '\n', '\t');

    /// <summary>Escapes text, and joins it to one line without tabs.</summary>
    public static string OneLine(string text) => Clean(text.ReplaceLineEndings(" ").Replace('\t', ' '));

    /// <summary>Formats a duration, rounded.</summary>
    public static string Age(double? seconds) =>
        seconds switch
        {
            null => "",
            < 60 => $"{Math.Max(0, seconds.Value):0} s",
            < 3600 => $"{seconds / 60:0} min",
            < 172_800 => $"{seconds / 3600:0} h",
            _ => $"{seconds / 86_400:0} d",
        };

    public static string Instant(DateTimeOffset? instant) => instant?.ToString("yyyy-MM-dd HH:mm:ss'Z'") ?? "";

    /// <summary>Formats a number with its noun, in the singular for one.</summary>
    public static string Count(long count, string noun) => count == 1 ? $"1 {noun}" : $"{count} {noun}s";

    static string Clean(string text, params ReadOnlySpan<char> kept)
    {
        StringBuilder? clean = null;
        for (var index = 0; index < text.Length; index++)
            if (char.IsControl(text[index]) && !kept.Contains(text[index]))
                (clean ??= new StringBuilder(text, 0, index, text.Length + 16)).Append($"\\u{(int)text[index]:x4}");
            else
                clean?.Append(text[index]);
        return clean?.ToString() ?? text;
    }
}
