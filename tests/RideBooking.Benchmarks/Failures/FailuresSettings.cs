namespace RideBooking.Benchmarks.Failures;

/// <summary>The settings of one run with failed messages.</summary>
/// <param name="Rides">Rides of each load that the host cannot keep up with.</param>
/// <param name="InFlight">The number of concurrent rides of that load, and of drivers.</param>
/// <param name="WarmUp">Rides driven first and not measured.</param>
/// <param name="FailuresPerSecond">Failed messages published per second beside the rides.</param>
/// <param name="Seconds">How long rides are requested at a constant rate, alone and beside failures.</param>
/// <param name="Rounds">How often rides alone and rides beside failures alternate.</param>
/// <param name="Stored">Failed messages that wait when pages and actions are measured.</param>
/// <param name="Redriven">Messages of each of the two redrives.</param>
/// <param name="Discarded">Messages that are discarded and restored.</param>
/// <param name="Repaired">Messages that are repaired.</param>
/// <param name="Seed">The seed for places and for the order of the messages.</param>
/// <param name="Browser">The path of Chromium, in which pages of the console are measured; null for none.</param>
sealed record FailuresSettings(
    int Rides,
    int InFlight,
    int WarmUp,
    int FailuresPerSecond,
    int Seconds,
    int Rounds,
    int Stored,
    int Redriven,
    int Discarded,
    int Repaired,
    int Seed,
    string? Browser
)
{
    /// <summary>The stored messages that no action changes.</summary>
    public int Others => Stored - 2 * Redriven - Discarded - Repaired;
}
