using System.Globalization;
using System.Text.RegularExpressions;

namespace RideBooking.Demo.Watching;

/// <summary>One sample of <c>GET /metrics</c>.</summary>
/// <param name="Name">The metric's name.</param>
/// <param name="Labels">Its labels.</param>
/// <param name="Value">Its value.</param>
internal sealed record Sample(string Name, IReadOnlyDictionary<string, string> Labels, double Value)
{
    /// <summary>Returns the value of a label, or empty text.</summary>
    public string this[string label] => Labels.GetValueOrDefault(label, "");
}

/// <summary>Parses the Prometheus text format, as far as this application's metrics need it.</summary>
internal static partial class Exposition
{
    const string Ours = "ridebooking_";

    /// <summary>Returns the samples of this application's metrics, line by line.</summary>
    public static async Task<IReadOnlyList<Sample>> Read(Stream text, CancellationToken cancellationToken)
    {
        using var reader = new StreamReader(text);
        List<Sample> samples = [];
        while (await reader.ReadLineAsync(cancellationToken) is { } line)
            if (line.StartsWith(Ours, StringComparison.Ordinal) && Parse(line) is { } sample)
                samples.Add(sample);
        return samples;
    }

    static Sample? Parse(string line) =>
        Line().Match(line) is { Success: true } read && Number(read.Groups["value"].Value) is { } value
            ? new Sample(
                read.Groups["name"].Value,
                Label()
                    .Matches(read.Groups["labels"].Value)
                    .ToDictionary(label => label.Groups["key"].Value, label => Unescape(label.Groups["value"].Value)),
                value
            )
            : null;

    static double? Number(string text) =>
        double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) ? number : null;

    static string Unescape(string text) =>
        Escaped().Replace(text, match => match.Groups["what"].Value is "n" ? "\n" : match.Groups["what"].Value);

    [GeneratedRegex("""^(?<name>[a-z_]+)(\{(?<labels>.*)\})? (?<value>\S+)""")]
    private static partial Regex Line();

    [GeneratedRegex("""(?<key>\w+)="(?<value>([^"\\]|\\.)*)"(,|$)""")]
    private static partial Regex Label();

    [GeneratedRegex(@"\\(?<what>.)")]
    private static partial Regex Escaped();
}
