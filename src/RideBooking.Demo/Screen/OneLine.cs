using System.Text;
using RideBooking.Platform;
using Spectre.Console;

namespace RideBooking.Demo.Screen;

/// <summary>A line of differently coloured pieces that is never wrapped: what does not fit is cut, and an ellipsis says so.</summary>
internal sealed class OneLine
{
    readonly List<(string Text, string Style)> _left = [];
    readonly List<(string Text, string Style)> _right = [];

    /// <summary>Adds a piece.</summary>
    /// <param name="text">Shown as it is.</param>
    /// <param name="style">A style of Spectre.Console's; the terminal's own when empty.</param>
    /// <param name="width">Columns that it takes at least, so that the next begins below the one of the line above.</param>
    /// <param name="right">Whether it is flush right in these columns.</param>
    public OneLine Add(string text, string style = "", int width = 0, bool right = false)
    {
        _left.Add((right ? text.PadLeft(width) : text.PadRight(width), style));
        return this;
    }

    /// <summary>Adds a piece that stands at the right end of the line.</summary>
    public OneLine AddRight(string text, string style = "")
    {
        _right.Add((text, style));
        return this;
    }

    /// <summary>The line, as wide as this.</summary>
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
