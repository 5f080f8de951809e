using RideBooking.Contracts;

namespace RideBooking.TestKit.Contracts;

/// <summary>Values for tests in which any value would do.</summary>
public static class Samples
{
    public static readonly Place Alexanderplatz = new(52.5219, 13.4132, "Alexanderplatz");
    public static readonly Place Zoo = new(52.5072, 13.3325);
    public static readonly Place Gendarmenmarkt = new(52.5136, 13.3927, "Gendarmenmarkt");

    public static Money Euro(decimal amount) => new(amount, "EUR");
}
