using System.Text;
using RideBooking.Platform;
using Spectre.Console;

namespace RideBooking.Demo.Screen;

/// <summary>
/// A line of differently coloured pieces that is never wrapped. Text that does not fit is cut, with an ellipsis.
/// </summary>
internal sealed class OneLine
{
    readonly List<(string Text, string Style)> _left = [];
    readonly List<(string Text, string Style)> _right = [];

    /// <summary>Adds a piece.</summary>
    /// <param name="text">The text, shown unchanged.</param>
    /// <param name="style">A Spectre.Console style; empty for the terminal's default.</param>
    /// <param name="width">The piece's minimum width in columns, so that the next piece aligns with the line above.</param>
    /// <param name="right">Whether the text is right-aligned in these columns.</param>
    public OneLine Add(string text, string style = "", int width = 0, bool right = false)
    {
        _left.Add((right ? text.PadLeft(width) : text.PadRight(width), style));
        return this;
    }

    /// <summary>Adds a piece at the right end of the line.</summary>
    public OneLine AddRight(string text, string style = "")
    {
        _right.Add((text, style));
        return this;
    }

    /// <summary>Returns the line at this width.</summary>
    public Markup Draw(int width)
    {
        var line = new StringBuilder();
        var right = _right.Sum(piece => piece.Text.Length);
        var room = Math.Max(0, width - right);
        foreach (var (text, style) in _left)
        {
            var fits = text.Shorten(room);
            Append(line, fits, style);
            room -= fits.Length;
        }
        if (right > 0)
            line.Append(' ', room);
        foreach (var (text, style) in _right)
            Append(line, text, style);
        return new Markup(line.ToString()).Overflow(Overflow.Crop);
    }

    static void Append(StringBuilder line, string text, string style)
    {
        if (text.Length == 0)
            return;
        var plain = Markup.Escape(text);
        line.Append(style.Length > 0 ? $"[{style}]{plain}[/]" : plain);
    }
}
