using System.IO.Compression;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace RideBooking.EventLog.Archives;

/// <summary>The events of an archive: one line of JSON for each, in the order of positions, compressed with gzip.</summary>
/// <remarks>Kept as text, because it is smaller. Each reader gets objects of its own.</remarks>
internal sealed class ArchivedEvents
{
    static readonly JsonSerializerOptions s_json = new(JsonSerializerDefaults.Web)
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    readonly byte[] _lines;
    readonly List<Entry> _entries = [];

    ArchivedEvents(byte[] lines)
    {
        _lines = lines;
        for (var start = 0; start < lines.Length; )
        {
            var length = lines.AsSpan(start).IndexOf((byte)'\n');
            var key = JsonSerializer.Deserialize<Key>(lines.AsSpan(start, length), s_json)!;
            _entries.Add(new Entry(key, start, length));
            start += length + 1;
        }
    }

    /// <summary>Compresses events.</summary>
    public static byte[] Compress(IEnumerable<LoggedEvent> events)
    {
        using var compressed = new MemoryStream();
        using (var gzip = new GZipStream(compressed, CompressionLevel.Optimal))
            foreach (var logged in events)
            {
                JsonSerializer.Serialize(gzip, logged, s_json);
                gzip.WriteByte((byte)'\n');
            }
        return compressed.ToArray();
    }

    /// <summary>Reads what <see cref="Compress"/> has returned.</summary>
    public static ArchivedEvents Decompress(byte[] compressed)
    {
        using var gzip = new GZipStream(new MemoryStream(compressed), CompressionMode.Decompress);
        using var lines = new MemoryStream();
        gzip.CopyTo(lines);
        return new ArchivedEvents(lines.ToArray());
    }

    /// <summary>Returns the events that a condition selects, in the order of positions.</summary>
    public IEnumerable<LoggedEvent> Where(Predicate<Key> condition) =>
        from entry in _entries
        where condition(entry.Key)
        select JsonSerializer.Deserialize<LoggedEvent>(_lines.AsSpan(entry.Start, entry.Length), s_json)!;

    /// <summary>What readers select events by.</summary>
    internal sealed record Key(
        long Position,
        string StreamId,
        int StreamVersion,
        string EventType,
        DateTimeOffset Timestamp
    );

    readonly record struct Entry(Key Key, int Start, int Length);
}
