using System.Globalization;
using System.Text.Json;

namespace RideBooking.Demo.Watching;

/// <summary>
/// The event stream since the start of the demo: the latest events, the events per second, and the count of each type.
/// </summary>
internal sealed class EventFeed(TimeProvider clock)
{
    const int Kept = 100;
    const int Seconds = 60;

    readonly Lock _lock = new();
    readonly Queue<Observation> _latest = [];
    readonly Dictionary<string, int> _happened = [];
    readonly Dictionary<long, int> _perSecond = [];
    readonly SortedDictionary<string, decimal> _taken = new(StringComparer.Ordinal);
    readonly long _begun = clock.GetTimestamp();

    /// <summary>Adds the events of a page.</summary>
    public void Add(IEnumerable<JsonElement> envelopes)
    {
        lock (_lock)
            foreach (var envelope in envelopes)
            {
                var observation = Narrator.Describe(envelope);
                _latest.Enqueue(observation);
                if (_latest.Count > Kept)
                    _latest.Dequeue();
                _happened[observation.Type] = _happened.GetValueOrDefault(observation.Type) + 1;
                _perSecond[Second] = _perSecond.GetValueOrDefault(Second) + 1;
                if (observation.Type is "PaymentCaptured")
                    Take(envelope.GetProperty("payload").GetProperty("amount"));
            }
    }

    /// <summary>The latest events, newest first.</summary>
    public IReadOnlyList<Observation> Latest
    {
        get
        {
            lock (_lock)
                return [.. _latest.Reverse()];
        }
    }

    /// <summary>How often each type of event happened.</summary>
    public IReadOnlyDictionary<string, int> Observed
    {
        get
        {
            lock (_lock)
                return new Dictionary<string, int>(_happened);
        }
    }

    /// <summary>The number of events in each of the last complete seconds, newest last.</summary>
    public IReadOnlyList<int> PerSecond
    {
        get
        {
            lock (_lock)
            {
                var now = Second;
                foreach (var old in _perSecond.Keys.Where(second => second < now - Seconds).ToList())
                    _perSecond.Remove(old);
                var known = (int)Math.Min(Seconds, now);
                return [.. Enumerable.Range(1, known).Select(ago => _perSecond.GetValueOrDefault(now - ago)).Reverse()];
            }
        }
    }

    /// <summary>The captured amounts by currency.</summary>
    public string Taken
    {
        get
        {
            lock (_lock)
                return _taken.Count == 0
                    ? "nothing"
                    : string.Join(
                        " and ",
                        _taken.Select(sum => string.Create(CultureInfo.InvariantCulture, $"{sum.Value:N2} {sum.Key}"))
                    );
        }
    }

    long Second => (long)clock.GetElapsedTime(_begun).TotalSeconds;

    void Take(JsonElement money)
    {
        var currency = money.GetProperty("currency").GetString()!;
        _taken[currency] =
            _taken.GetValueOrDefault(currency)
            + decimal.Parse(money.GetProperty("amount").GetString()!, CultureInfo.InvariantCulture);
    }
}
