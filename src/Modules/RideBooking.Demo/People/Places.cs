namespace RideBooking.Demo.People;

/// <summary>A point in the city.</summary>
/// <param name="Lat">The latitude in degrees.</param>
/// <param name="Lng">The longitude in degrees.</param>
/// <param name="Address">The name of the place.</param>
internal sealed record Spot(double Lat, double Lng, string? Address = null)
{
    const double MetersPerDegree = 111_320;

    /// <summary>Returns the point at a fraction (0 to 1) of the way to another point.</summary>
    public Spot Towards(Spot other, double part) => new(Lat + (other.Lat - Lat) * part, Lng + (other.Lng - Lng) * part);

    /// <summary>Returns the straight-line distance in metres. It is exact enough within a city.</summary>
    public double MetersTo(Spot other) =>
        MetersPerDegree
        * Math.Sqrt(Math.Pow(Lat - other.Lat, 2) + Math.Pow((Lng - other.Lng) * Math.Cos(Lat * Math.PI / 180), 2));
}

/// <summary>The destinations of riders in Berlin.</summary>
internal static class Places
{
    const double Around = 0.002;

    static readonly Spot[] s_known =
    [
        new(52.5219, 13.4132, "Alexanderplatz"),
        new(52.5072, 13.3325, "Zoo"),
        new(52.5251, 13.3694, "Hauptbahnhof"),
        new(52.5096, 13.3759, "Potsdamer Platz"),
        new(52.5163, 13.3777, "Brandenburger Tor"),
        new(52.4996, 13.4180, "Kottbusser Tor"),
        new(52.5055, 13.4495, "Warschauer Str."),
        new(52.5494, 13.4146, "Schönhauser Allee"),
        new(52.4897, 13.3894, "Mehringdamm"),
        new(52.4730, 13.4039, "Tempelhofer Feld"),
        new(52.5200, 13.2957, "Schloss Charlottenburg"),
        new(52.5486, 13.3884, "Gesundbrunnen"),
        new(52.4860, 13.4250, "Hermannplatz"),
        new(52.5103, 13.4340, "Ostbahnhof"),
        new(52.4820, 13.3440, "Rathaus Schöneberg"),
        new(52.5300, 13.4010, "Rosenthaler Platz"),
    ];

    /// <summary>Returns a point near one of the well-known places.</summary>
    public static Spot Any(Chance chance) => Near(chance.Any(s_known), chance);

    /// <summary>Returns two different places.</summary>
    public static (Spot From, Spot To) RandomTrip(Chance chance)
    {
        var from = chance.Any(s_known);
        var to = chance.Any([.. s_known.Where(spot => spot != from)]);
        return (Near(from, chance), Near(to, chance));
    }

    static Spot Near(Spot spot, Chance chance) =>
        new(
            Math.Round(spot.Lat + chance.Between(-Around, Around), 5),
            Math.Round(spot.Lng + chance.Between(-Around, Around), 5),
            spot.Address
        );
}
