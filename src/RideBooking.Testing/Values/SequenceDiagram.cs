using System.Text;

namespace RideBooking.Testing.Values;

/// <summary>Draws observations as a Mermaid sequence diagram.</summary>
static class SequenceDiagram
{
    public static string Of(IEnumerable<Observation> observations)
    {
        var all = observations.ToList();
        var text = new StringBuilder("sequenceDiagram\n    participant outside");
        foreach (var receiver in all.Select(it => it.Receiver).OfType<string>().Distinct())
            text.Append($"\n    participant {Id(receiver)} as {receiver}");
        foreach (var it in all)
            text.Append("\n    ").Append(Line(it));
        return text.ToString();
    }

    static string Line(Observation it)
    {
        var (receiver, message) = (Id(it.Receiver!), it.Envelope?.Name ?? "");
        return it.Kind switch
        {
            ObservationKind.Delivered => $"outside->>{receiver}: {message}",
            ObservationKind.Published or ObservationKind.Sent or ObservationKind.Responded =>
                $"{receiver}-->>outside: {message}",
            ObservationKind.Scheduled =>
                $"{receiver}-->>{receiver}: {message} in {Formatting.Span(it.Due!.Value - it.At)}",
            ObservationKind.Cancelled => $"{receiver}--x{receiver}: {message}",
            ObservationKind.Faulted or ObservationKind.WillRetry =>
                $"Note over {receiver}: fails on {message}: {Plain(it.Exception!.Message)}",
            ObservationKind.Unclaimed => $"Note over {receiver}: no instance for {message}",
            ObservationKind.Deduplicated => $"Note over {receiver}: had {message} already",
            ObservationKind.Crashed => $"Note over {receiver}: crashes {it.Note}",
            _ => it.Transition is var (from, to) && from != to
                ? $"Note over {receiver}: {from} → {to}"
                : $"Note over {receiver}: stored",
        };
    }

    static string Id(string name) => name.Replace('-', '_');

    // A semicolon or a line break ends a line of a diagram, and a number sign starts an entity.
    static string Plain(string text) =>
        text.ReplaceLineEndings(" ").Replace(';', ',').Replace("#", "no. ", StringComparison.Ordinal);
}
