using System.Collections.Concurrent;
using RideBooking.Contracts;
using RideBooking.Contracts.Seams;

namespace RideBooking.Billing;

/// <summary>Estimates the wait for a driver near a place: the median of recent offers' estimates within about 5 km.</summary>
/// <remarks>Kept in memory by each process, which learns it from the event log: see <see cref="LearnPickupEtas"/>.</remarks>
internal sealed class PickupEtas(QuoteOptions options, TimeProvider clock) : IPickupEstimates
{
    const double CellDegrees = 0.05;
    const int KeptPerCell = 9;
    const int MaxCells = 10_000;
    static readonly TimeSpan s_fresh = TimeSpan.FromMinutes(30);

    readonly ConcurrentDictionary<(int, int), Cell> _cells = [];

    /// <summary>Returns the estimate for a place, seconds; the configured typical time if there is none.</summary>
    public int At(Place place)
    {
        var since = clock.GetUtcNow() - s_fresh;
        return _cells.TryGetValue(CellOf(place), out var cell) && cell.Median(since) is { } seconds
            ? seconds
            : (int)options.TypicalPickupEta.TotalSeconds;
    }

    int IPickupEstimates.Seconds(Place pickup) => At(pickup);

    public void Learn(Place place, int seconds, DateTimeOffset at)
    {
        // A limit on memory, not an eviction order: a removed entry is soon learned again.
        if (_cells.Count >= MaxCells)
            _cells.Clear();
        _cells.GetOrAdd(CellOf(place), _ => new Cell()).Add(seconds, at);
    }

    static (int, int) CellOf(Place place) =>
        ((int)Math.Floor(place.Lat / CellDegrees), (int)Math.Floor(place.Lng / CellDegrees));

    sealed class Cell
    {
        readonly Queue<(int Seconds, DateTimeOffset At)> _last = [];

        public void Add(int seconds, DateTimeOffset at)
        {
            lock (_last)
            {
                if (_last.Count == KeptPerCell)
                    _last.Dequeue();
                _last.Enqueue((seconds, at));
            }
        }

        public int? Median(DateTimeOffset since)
        {
            lock (_last)
            {
                int[] fresh = [.. _last.Where(one => one.At >= since).Select(one => one.Seconds).Order()];
                return fresh.Length > 0 ? fresh[fresh.Length / 2] : null;
            }
        }
    }
}
