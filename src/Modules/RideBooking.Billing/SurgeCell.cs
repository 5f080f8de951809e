namespace RideBooking.Billing;

/// <summary>The smoothed demand and supply of one cell of the map, and the factor that follows. Pure.</summary>
/// <param name="Demand">Requests per minute.</param>
/// <param name="Supply">Available drivers.</param>
/// <param name="Steps">The factor above 1, in steps of 5 %.</param>
internal readonly record struct SurgeCell(double Demand, double Supply, int Steps)
{
    // An available driver is busy for about this long after a request, so it is the time in which a driver serves one.
    const double MinutesPerRide = 10;

    // Fewer requests in that time are chance and not demand.
    const double MinRequests = 3;

    // Twice as many requests as drivers are a factor of 1.25.
    const double FactorPerPressure = 0.25;

    const double PerStep = 0.05;

    /// <summary>The factor on base, distance and time.</summary>
    public decimal Factor => 1 + Steps * (decimal)PerStep;

    /// <summary>Returns the state one minute later.</summary>
    /// <remarks>
    /// Demand and supply are smoothed exponentially. The factor changes only when it is a whole step away, up or down, so that it
    /// does not go back and forth between two quotes.
    /// </remarks>
    /// <param name="requests">The requests of this minute.</param>
    /// <param name="available">The drivers that are available at its end.</param>
    /// <param name="options">The settings.</param>
    public SurgeCell Next(int requests, int available, SurgeOptions options)
    {
        var weight = 1 - Math.Pow(0.5, 1 / options.HalfLife.TotalMinutes);
        var (demand, supply) = (Smooth(Demand, requests, weight), Smooth(Supply, available, weight));
        // Smoothed values only approach what they follow: without rounding, a whole step would never be reached.
        var exact = Math.Round(Math.Clamp((Target(demand, supply) - 1) / PerStep, 0, MaxSteps(options)), 3);
        var steps =
            exact >= Steps + 1 ? (int)Math.Floor(exact)
            : exact <= Steps - 1 ? (int)Math.Ceiling(exact)
            : Steps;
        return new SurgeCell(demand, supply, steps);
    }

    static double Smooth(double before, double observed, double weight) => before + weight * (observed - before);

    static double Target(double demand, double supply) =>
        demand * MinutesPerRide is var requests && requests < MinRequests
            ? 1
            : 1 + FactorPerPressure * (requests / Math.Max(supply, 1) - 1);

    static int MaxSteps(SurgeOptions options) => (int)decimal.Floor((options.Max - 1) / (decimal)PerStep);
}
