using System.Text.RegularExpressions;
using Microsoft.Extensions.Configuration;
using RideBooking.Contracts;
using RideBooking.Platform.Configuration;

namespace RideBooking.Billing;

/// <summary>The cities in which rides begin. Without any, rides begin everywhere.</summary>
/// <remarks>Read from the list <c>Billing:Cities</c>.</remarks>
internal sealed partial class Cities(IReadOnlyList<City> all)
{
    const double MaxRadiusKm = 500;

    public IReadOnlyList<City> All => all;

    /// <summary>Whether a ride can begin at a place.</summary>
    public bool Serve(Place pickup) => all.Count == 0 || Of(pickup) is not null;

    /// <summary>Returns the city of a pickup: the first whose area contains it; null if there is none.</summary>
    public City? Of(Place pickup) => all.FirstOrDefault(city => city.Area.Contains(pickup));

    /// <summary>Returns the city with a code; null if there is none, any more.</summary>
    public City? Find(string? code) => all.FirstOrDefault(city => city.Code == code);

    /// <summary>Reads the settings. Throws <see cref="ConfigurationException"/>, which names the wrong setting.</summary>
    public static Cities Read(IConfiguration configuration)
    {
        List<City> cities = [];
        foreach (var section in configuration.GetSection("Billing:Cities").GetChildren())
        {
            var city = ReadCity(section);
            if (cities.Exists(other => other.Code == city.Code))
                throw section.Invalid("Code", "differ from the code of every other city");
            cities.Add(city);
        }
        return new Cities(cities);
    }

    static City ReadCity(IConfigurationSection section)
    {
        var code = section.Text("Code");
        if (code.Length > City.MaxCodeLength || !Code().IsMatch(code))
            throw section.Invalid(
                "Code",
                $"have 1 to {City.MaxCodeLength} characters: lower-case letters, digits and hyphens"
            );
        return new City(code, section.Text("Name"), section.TimeZone("TimeZone"), ReadArea(section));
    }

    static CityArea ReadArea(IConfigurationSection section)
    {
        Place[] corners = [.. section.GetSection("Polygon").GetChildren().Select(ReadPlace)];
        if (corners.Length > 0 == section.Has("RadiusKm"))
            throw new ConfigurationException($"{section.Path} must have either Centre and RadiusKm, or Polygon.");
        if (corners.Length == 0)
            return new CircularArea(
                ReadPlace(section.GetSection("Centre")),
                (double)section.Number("RadiusKm", 0.1m, (decimal)MaxRadiusKm)
            );
        return corners.Length >= 3
            ? new PolygonalArea(corners)
            : throw new ConfigurationException($"{section.Path}:Polygon must have at least three corners.");
    }

    static Place ReadPlace(IConfigurationSection section) =>
        new((double)section.Number("Lat", -90, 90), (double)section.Number("Lng", -180, 180));

    [GeneratedRegex("^[a-z0-9]+(-[a-z0-9]+)*$")]
    private static partial Regex Code();
}
