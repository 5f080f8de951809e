using RideBooking.Contracts;

namespace RideBooking.Billing;

/// <summary>Computes the factor for high demand of each cell of the map, from the events of rides and drivers.</summary>
/// <remarks>
/// Kept in memory by each process, which reads the events from the event log (see <see cref="LearnSurge"/>). The state depends on
/// the events and their times only, and not on the clock of the process or on the quotes in between. So all hosts compute the same.
/// A driver is where they went online, or where their last ride ended.
/// </remarks>
internal sealed class SurgeGrid(SurgeOptions options)
{
    const double CellDegrees = 0.05;

    // A limit on memory. Beyond it the grid starts again, without surge until demand is observed again.
    const int MaxEntries = 200_000;

    // After so many minutes without any event nothing is left to smooth.
    const int MaxMinutes = 24 * 60;

    readonly Lock _lock = new();
    readonly Dictionary<(int, int), Observed> _cells = [];
    readonly Dictionary<string, OnlineDriver> _drivers = new(StringComparer.Ordinal);
    readonly Dictionary<Guid, Place> _pickups = [];
    long _minute;

    /// <summary>The events it observes.</summary>
    public static IReadOnlyCollection<string> Events { get; } =
    [
        nameof(RideRequested),
        nameof(DriverWentOnline),
        nameof(DriverWentOffline),
        nameof(DriverAssigned),
        nameof(DriverUnassigned),
        nameof(RideCompleted),
        nameof(RideCancelled),
        nameof(NoDriverFound),
    ];

    /// <summary>Whether the events until now were observed. Before that there is no surge.</summary>
    public bool IsReady { get; set; }

    /// <summary>Returns the factor for a trip: the tariff's peak or that of the pickup's cell, whichever is higher.</summary>
    /// <remarks>In whole per cent, as the terms of the trip keep it.</remarks>
    public decimal FactorFor(Tariff tariff, Place pickup, DateTimeOffset now) =>
        decimal.Round(Math.Max(tariff.SurgeAt(now), At(pickup, now)), 2);

    /// <summary>Returns the factor of a place's cell; 1 if there is no surge.</summary>
    public decimal At(Place place, DateTimeOffset now)
    {
        if (!options.IsOn || !IsReady)
            return 1;
        lock (_lock)
        {
            if (!_cells.TryGetValue(CellOf(place), out var cell))
                return 1;
            // On a copy: a quote changes nothing.
            return After(cell, MinuteOf(now) - _minute).Cell.Factor;
        }
    }

    /// <summary>Observes the next event of the log.</summary>
    public void Observe(object happened)
    {
        lock (_lock)
        {
            ResetIfFull();
            switch (happened)
            {
                case RideRequested requested:
                    AdvanceTo(requested.At);
                    if (requested.Pickup != Place.Redacted && _pickups.TryAdd(requested.RideId, requested.Pickup))
                        Change(CellOf(requested.Pickup), requests: 1);
                    break;
                case DriverWentOnline online:
                    AdvanceTo(online.At);
                    Remove(online.DriverId);
                    _drivers[online.DriverId] = new OnlineDriver(online.ShiftId, CellOf(online.Location), true);
                    Change(CellOf(online.Location), available: 1);
                    break;
                case DriverWentOffline offline:
                    AdvanceTo(offline.At);
                    if (_drivers.GetValueOrDefault(offline.DriverId)?.ShiftId == offline.ShiftId)
                        Remove(offline.DriverId);
                    break;
                case DriverAssigned assigned:
                    AdvanceTo(assigned.At);
                    Set(assigned.DriverId, isAvailable: false);
                    break;
                case DriverUnassigned unassigned:
                    AdvanceTo(unassigned.At);
                    Set(unassigned.DriverId, isAvailable: true);
                    break;
                case RideCompleted completed:
                    AdvanceTo(completed.At);
                    Set(completed.DriverId, isAvailable: true, completed.Dropoff);
                    _pickups.Remove(completed.RideId);
                    break;
                case RideCancelled cancelled:
                    AdvanceTo(cancelled.At);
                    if (cancelled.DriverId is { } driver)
                        Set(driver, isAvailable: true, _pickups.GetValueOrDefault(cancelled.RideId));
                    _pickups.Remove(cancelled.RideId);
                    break;
                case NoDriverFound ended:
                    AdvanceTo(ended.At);
                    _pickups.Remove(ended.RideId);
                    break;
            }
        }
    }

    void Set(string driverId, bool isAvailable, Place? place = null)
    {
        if (!_drivers.TryGetValue(driverId, out var driver))
            return;
        var cell = place is null || place == Place.Redacted ? driver.Cell : CellOf(place);
        if (driver.IsAvailable)
            Change(driver.Cell, available: -1);
        if (isAvailable)
            Change(cell, available: 1);
        _drivers[driverId] = driver with { Cell = cell, IsAvailable = isAvailable };
    }

    void Remove(string driverId)
    {
        if (_drivers.Remove(driverId, out var driver) && driver.IsAvailable)
            Change(driver.Cell, available: -1);
    }

    void Change((int, int) at, int requests = 0, int available = 0)
    {
        var cell = _cells.GetValueOrDefault(at);
        _cells[at] = cell with
        {
            Requests = cell.Requests + requests,
            Available = Math.Max(0, cell.Available + available),
        };
    }

    // An event that is dated earlier than another before it counts in the minute of that one.
    void AdvanceTo(DateTimeOffset at)
    {
        var minutes = MinuteOf(at) - _minute;
        if (minutes <= 0)
            return;
        foreach (var (place, cell) in _cells.ToList())
            if (After(cell, minutes) is { IsEmpty: false } later)
                _cells[place] = later;
            else
                _cells.Remove(place);
        _minute += minutes;
    }

    Observed After(Observed cell, long minutes)
    {
        for (var minute = 0; minute < Math.Min(minutes, MaxMinutes); minute++)
            cell = cell with { Cell = cell.Cell.Next(cell.Requests, cell.Available, options), Requests = 0 };
        return cell;
    }

    void ResetIfFull()
    {
        if (_cells.Count < MaxEntries && _drivers.Count < MaxEntries && _pickups.Count < MaxEntries)
            return;
        _cells.Clear();
        _drivers.Clear();
        _pickups.Clear();
    }

    static long MinuteOf(DateTimeOffset at) => at.UtcTicks / TimeSpan.TicksPerMinute;

    static (int, int) CellOf(Place place) =>
        ((int)Math.Floor(place.Lat / CellDegrees), (int)Math.Floor(place.Lng / CellDegrees));

    sealed record OnlineDriver(Guid ShiftId, (int, int) Cell, bool IsAvailable);

    /// <param name="Cell">The state at the end of the last minute.</param>
    /// <param name="Requests">The requests since then.</param>
    /// <param name="Available">The drivers that are available now.</param>
    readonly record struct Observed(SurgeCell Cell, int Requests, int Available)
    {
        const double Negligible = 0.001;

        public bool IsEmpty =>
            Requests == 0 && Available == 0 && Cell is { Steps: 0, Demand: < Negligible, Supply: < Negligible };
    }
}
