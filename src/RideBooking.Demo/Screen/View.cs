using RideBooking.Demo.Watching;

namespace RideBooking.Demo.Screen;

/// <summary>All that the screen shows.</summary>
/// <param name="Figures">How the application is.</param>
/// <param name="Where">Transport, database and address.</param>
/// <param name="Seed">The seed.</param>
/// <param name="Pace">How fast the city lives.</param>
/// <param name="Paused">Whether no more rides are asked for.</param>
/// <param name="Broken">Whether the consumer that computes fares is broken.</param>
/// <param name="Running">How long the demo has been running.</param>
/// <param name="Notice">What became of the last key.</param>
/// <param name="Log">The file of the host's log, and its last line.</param>
/// <param name="Keys">Whether keys can be pressed.</param>
internal sealed record View(
    Figures Figures,
    string Where,
    int Seed,
    double Pace,
    bool Paused,
    bool Broken,
    TimeSpan Running,
    string? Notice,
    (string File, string? LastLine) Log,
    bool Keys
);
