using RideBooking.Demo.Watching;

namespace RideBooking.Demo.Screen;

/// <summary>Everything that the screen shows.</summary>
/// <param name="Metrics">The application's metrics.</param>
/// <param name="Where">Transport, database and address.</param>
/// <param name="Seed">The demo's seed.</param>
/// <param name="Pace">How fast the city runs.</param>
/// <param name="Paused">Whether riders request no more rides.</param>
/// <param name="Broken">Whether the consumer that computes fares is broken.</param>
/// <param name="Running">How long the demo has been running.</param>
/// <param name="StatusMessage">The result of the last key press.</param>
/// <param name="Log">The file with the host's log, and its last line.</param>
/// <param name="Keys">Whether a keyboard is available.</param>
internal sealed record View(
    Metrics Metrics,
    string Where,
    int Seed,
    double Pace,
    bool Paused,
    bool Broken,
    TimeSpan Running,
    string? StatusMessage,
    (string File, string? LastLine) Log,
    bool Keys
);
