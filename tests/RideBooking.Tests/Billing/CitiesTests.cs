using Microsoft.Extensions.Configuration;
using RideBooking.Billing;
using RideBooking.Contracts;
using RideBooking.Platform.Configuration;

namespace RideBooking.Tests.Billing;

public sealed class CitiesTests
{
    static readonly DateTimeOffset s_at = new(2026, 6, 1, 12, 0, 0, TimeSpan.Zero);

    [Theory]
    [InlineData(52.52, 13.405, "berlin")]
    [InlineData(52.69, 13.405, "berlin")] // 18.9 km to the north
    [InlineData(52.71, 13.405, null)] // 21.1 km
    [InlineData(35.68, 139.76, "tokyo")]
    [InlineData(35.68, 139.95, null)]
    [InlineData(0, 0, null)]
    public void Are_found_by_the_place_of_the_pickup(double lat, double lng, string? city)
    {
        var cities = Cities.Read(Configured());
        cities.Of(new Place(lat, lng))?.Code.ShouldBe(city);
        cities.Serve(new Place(lat, lng)).ShouldBe(city is not null);
    }

    [Fact]
    public void That_overlap_are_found_in_their_order() =>
        Cities
            .Read(Configured(("Billing:Cities:1:Polygon:0:Lat", "52"), ("Billing:Cities:1:Polygon:0:Lng", "13")))
            .Of(new Place(52.52, 13.405))!
            .Code.ShouldBe("berlin");

    [Fact]
    public void May_contain_the_meridian_of_180_degrees()
    {
        var area = new PolygonalArea([new(-19, 177), new(-19, -179), new(-16, -179), new(-16, 177)]);
        area.Contains(new Place(-17, 178)).ShouldBeTrue();
        area.Contains(new Place(-17, 180)).ShouldBeTrue();
        area.Contains(new Place(-17, -180)).ShouldBeTrue();
        area.Contains(new Place(-17, -179.5)).ShouldBeTrue();
        area.Contains(new Place(-17, -178)).ShouldBeFalse();
        area.Contains(new Place(-17, 0)).ShouldBeFalse();
    }

    [Fact]
    public void Serve_every_place_if_there_are_none()
    {
        var cities = Cities.Read(new ConfigurationBuilder().Build());
        cities.Serve(new Place(0, 0)).ShouldBeTrue();
        cities.Of(new Place(0, 0)).ShouldBeNull();
    }

    [Theory]
    [InlineData("Billing:Cities:0:Code", "Berlin")]
    [InlineData("Billing:Cities:0:Code", "a-code-of-21-character")]
    [InlineData("Billing:Cities:0:Code", "tokyo", "Billing:Cities:1:Code")]
    [InlineData("Billing:Cities:0:Name", null)]
    [InlineData("Billing:Cities:0:TimeZone", "Atlantis/Centre")]
    [InlineData("Billing:Cities:0:Centre:Lat", "91")]
    [InlineData("Billing:Cities:0:RadiusKm", "0")]
    [InlineData("Billing:Cities:0:RadiusKm", null, "Billing:Cities:0")]
    [InlineData("Billing:Cities:1:RadiusKm", "20", "Billing:Cities:1")]
    [InlineData("Billing:Cities:1:Polygon:2:Lng", "181")]
    public void Are_refused_with_the_name_of_the_wrong_setting(string key, string? value, string? named = null) =>
        Should
            .Throw<ConfigurationException>(() => Cities.Read(Configured((key, value))))
            .Message.ShouldContain(named ?? key);

    [Fact]
    public void Have_tariffs_and_a_time_zone_of_their_own()
    {
        var book = TariffBook.Read(
            Configured([
                .. TariffOf(0, "tokyo", "v1", "JPY", "100"),
                .. TariffOf(1, "tokyo", "v2", "JPY", "200"),
                .. TariffOf(2, null, "v1", "CHF", "3"),
                ("Billing:Tariffs:1:ValidFrom", "2026-07-01T00:00:00Z"),
            ])
        );
        var tokyo = book.At(s_at, "tokyo");
        (tokyo.City, tokyo.Version, tokyo.Currency, tokyo.TimeZone.Id).ShouldBe(("tokyo", "v1", "JPY", "Asia/Tokyo"));
        book.At(s_at.AddMonths(2), new Place(35.68, 139.76)).Version.ShouldBe("v2");
        // A city without tariffs has those without a city, in its own time zone.
        var berlin = book.At(s_at, "berlin");
        (berlin.City, berlin.Currency, berlin.TimeZone.Id).ShouldBe(("berlin", "CHF", "Europe/Berlin"));
        // A ride without a city, and one whose city no longer exists.
        foreach (var city in new[] { null, "atlantis" })
            (book.At(s_at, city).City, book.At(s_at, city).Currency).ShouldBe((null, "CHF"));
        book.AllAt(s_at).Select(tariff => tariff.City).ShouldBe(["berlin", "tokyo"]);
    }

    [Fact]
    public void Leave_the_built_in_tariff_to_rides_that_began_before()
    {
        var book = TariffBook.Read(Configured([.. TariffOf(0, "tokyo", "v1", "JPY", "100")]));
        book.At(s_at).ShouldBe(Tariff.Default);
    }

    [Fact]
    public void May_have_the_same_version_in_two_cities_but_not_twice_in_one()
    {
        var tokyo = TariffOf(0, "tokyo", "v1", "JPY", "100");
        Should.NotThrow(() => TariffBook.Read(Configured([.. tokyo, .. TariffOf(1, "berlin", "v1", "EUR", "1")])));
        Should
            .Throw<ConfigurationException>(() =>
                TariffBook.Read(Configured([.. tokyo, .. TariffOf(1, "tokyo", "v1", "JPY", "1")]))
            )
            .Message.ShouldContain("Billing:Tariffs:1:Version");
    }

    [Fact]
    public void Decide_the_time_zone_of_their_tariffs() =>
        Should
            .Throw<ConfigurationException>(() =>
                TariffBook.Read(
                    Configured([.. TariffOf(0, "tokyo", "v1", "JPY", "1"), ("Billing:Tariffs:0:TimeZone", "UTC")])
                )
            )
            .Message.ShouldContain("Billing:Tariffs:0:TimeZone");

    static (string, string?)[] TariffOf(int index, string? city, string version, string currency, string rate) =>
        [
            ($"Billing:Tariffs:{index}:City", city),
            ($"Billing:Tariffs:{index}:Version", version),
            ($"Billing:Tariffs:{index}:ValidFrom", "2026-01-01T00:00:00Z"),
            ($"Billing:Tariffs:{index}:Currency", currency),
            .. typeof(Rates)
                .GetProperties()
                .Where(property => property.Name != nameof(Rates.NightSupplement))
                .Select(property => ($"Billing:Tariffs:{index}:Classes:standard:{property.Name}", (string?)rate)),
        ];

    /// <summary>Berlin as a circle and Tokyo as a square.</summary>
    static IConfiguration Configured(params (string Key, string? Value)[] changes)
    {
        var settings = new Dictionary<string, string?>
        {
            ["Billing:Cities:0:Code"] = "berlin",
            ["Billing:Cities:0:Name"] = "Berlin",
            ["Billing:Cities:0:TimeZone"] = "Europe/Berlin",
            ["Billing:Cities:0:Centre:Lat"] = "52.52",
            ["Billing:Cities:0:Centre:Lng"] = "13.405",
            ["Billing:Cities:0:RadiusKm"] = "20",
            ["Billing:Cities:1:Code"] = "tokyo",
            ["Billing:Cities:1:Name"] = "Tokyo",
            ["Billing:Cities:1:TimeZone"] = "Asia/Tokyo",
        };
        string[] corners = ["35.5,139.6", "35.5,139.9", "35.8,139.9", "35.8,139.6"];
        for (var corner = 0; corner < corners.Length; corner++)
        {
            settings[$"Billing:Cities:1:Polygon:{corner}:Lat"] = corners[corner].Split(',')[0];
            settings[$"Billing:Cities:1:Polygon:{corner}:Lng"] = corners[corner].Split(',')[1];
        }
        foreach (var (key, value) in changes)
            settings[key] = value;
        return new ConfigurationBuilder().AddInMemoryCollection(settings).Build();
    }
}
