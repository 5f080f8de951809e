using System.Net;
using System.Text.Json.Nodes;
using RideBooking.TestKit.Api;
using RideBooking.Tests.Host;

namespace RideBooking.Tests.Rides;

/// <summary>A ride and a quote refuse the same trips, with the same code and field.</summary>
public sealed class When_a_trip_cannot_be_booked(EmbeddedHost host) : IClassFixture<EmbeddedHost>
{
    [Theory]
    [InlineData("a class that no tariff has", 52.52, 13.405, 52.50, 13.30, "submarine", "vehicleClass")]
    [InlineData("an empty class", 52.52, 13.405, 52.50, 13.30, "", "vehicleClass")]
    [InlineData("a class that is no word", 52.52, 13.405, 52.50, 13.30, "a b", "vehicleClass")]
    [InlineData("a trip of 1,900 km", 52.52, 13.405, 40.41, -3.70, null, "dropoff")]
    [InlineData("half around the globe", 0, 0, 0, 180, null, "dropoff")]
    [InlineData("a dropoff at the pickup", 52.52, 13.405, 52.52, 13.405, null, "dropoff")]
    [InlineData("a dropoff within a metre of the pickup", 52.52, 13.405, 52.520005, 13.405, null, "dropoff")]
    [InlineData("the antimeridian, spelled in two ways", 10, 180, 10, -180, null, "dropoff")]
    [InlineData("a pole, at any longitude", 90, 0, 90, 120, null, "dropoff")]
    public async Task A_ride_is_refused_as_a_quote_is(
        string trip,
        double fromLat,
        double fromLng,
        double toLat,
        double toLng,
        string? vehicleClass,
        string field
    )
    {
        var rider = await host.City.Rider();
        var body = Trip(fromLat, fromLng, toLat, toLng, vehicleClass);

        foreach (var path in new[] { "quotes", "rides" })
        {
            var refused = await rider.Post(path, body.DeepClone());
            refused.ShouldBe(HttpStatusCode.BadRequest, "validation_failed");
            refused.Body!["errors"]!.AsObject().Select(error => error.Key).ShouldBe([field], $"{path}: {trip}");
        }
    }

    [Theory]
    [InlineData("NaN")]
    [InlineData("\"NaN\"")]
    [InlineData("1e999")]
    [InlineData("null")]
    public async Task A_coordinate_that_is_no_number_is_refused(string latitude)
    {
        var rider = await host.City.Rider();
        var body = $$$"""{"pickup":{"lat":{{{latitude}}},"lng":13.4},"dropoff":{"lat":52.5,"lng":13.3}}""";

        foreach (var path in new[] { "quotes", "rides" })
            (await rider.PostRaw(path, body)).Status.ShouldBe(HttpStatusCode.BadRequest, path);
    }

    [Theory]
    [InlineData(null, "standard")]
    [InlineData("ComFort", "comfort")]
    public async Task A_class_is_known_in_any_case_and_standard_without_one(string? asked, string known)
    {
        var rider = await host.City.Rider();
        var trip = Trip(61.52, 13.405, 61.50, 13.30, asked);

        (await rider.Post("quotes", trip.DeepClone())).ShouldBe(HttpStatusCode.OK).Text("vehicleClass").ShouldBe(known);
        (await rider.Post("rides", trip)).ShouldBe(HttpStatusCode.Created).Text("vehicleClass").ShouldBe(known);
    }

    [Fact]
    public async Task A_quote_is_for_its_own_class_and_place_however_they_are_spelled()
    {
        var rider = await host.City.Rider();
        var quoted = Trip(-17.8, 180, -17.85, 179.9, "comfort");
        var quote = (await rider.Post("quotes", quoted)).ShouldBe(HttpStatusCode.OK).Text("quoteId");

        var another = Trip(-17.8, 180, -17.85, 179.9, "xl");
        another["quoteId"] = quote;
        var refused = (await rider.Post("rides", another)).ShouldBe(HttpStatusCode.BadRequest, "validation_failed");
        refused.Body!["errors"]!["vehicleClass"].ShouldNotBeNull();

        var same = Trip(-17.8, -180, -17.85, 179.9, "COMFORT");
        same["quoteId"] = quote;
        (await rider.Post("rides", same)).ShouldBe(HttpStatusCode.Created).Text("vehicleClass").ShouldBe("comfort");
    }

    static JsonObject Trip(double fromLat, double fromLng, double toLat, double toLng, string? vehicleClass)
    {
        var trip = new JsonObject { ["pickup"] = City.Place(fromLat, fromLng), ["dropoff"] = City.Place(toLat, toLng) };
        if (vehicleClass is not null)
            trip["vehicleClass"] = vehicleClass;
        return trip;
    }
}
