using System.Net;
using FluentValidation;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using RideBooking.Contracts;
using RideBooking.Platform.Http.OpenApi;
using RideBooking.Platform.Http.Requests;

namespace RideBooking.Tests.Platform.Http.Requests;

public sealed class RequestValidationTests(RequestValidationTests.Served served)
    : IClassFixture<RequestValidationTests.Served>
{
    public sealed class Served()
        : ServedApp(app =>
        {
            var all = app.MapPublic("Tests");
            all.MapPost("/tours", (Tour tour) => "toured");
            all.MapPost("/maybe-tours", (Tour? tour) => tour is null ? "stayed" : "toured");
        });

    readonly HttpApp app = served.App;

    internal sealed record Tour(Place From, Place? To, string Name, IReadOnlyList<Place>? PassingBy);

    internal sealed class TourRules : AbstractValidator<Tour>
    {
        public TourRules()
        {
            RuleFor(tour => tour.From).OnTheMap();
            RuleFor(tour => tour.To).OnTheMap();
            RuleFor(tour => tour.Name).Text(1, 10);
            RuleForEach(tour => tour.PassingBy).OnTheMap();
        }
    }

    const string Here = """{"lat":0,"lng":0}""";

    Task<HttpResponseMessage> Post(string body, string path = "/api/v1/tours") =>
        app.Client.PostAsync(path, HttpAnswers.Json(body), TestContext.Current.CancellationToken);

    [Theory]
    [InlineData(90, 180)]
    [InlineData(-90, -180)]
    [InlineData(52.52, 13.405)]
    public async Task Places_on_the_globe_pass(double lat, double lng)
    {
        var answer = await Post(FormattableString.Invariant($$"""{"from":{"lat":{{lat}},"lng":{{lng}}},"name":"x"}"""));
        answer.StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    [Theory]
    [InlineData(90.000001, 0, "from.lat")]
    [InlineData(-91, 0, "from.lat")]
    [InlineData(0, 180.1, "from.lng")]
    [InlineData(0, -1e300, "from.lng")]
    public async Task Places_off_the_globe_are_refused_by_field(double lat, double lng, string field)
    {
        var answer = await Post(FormattableString.Invariant($$"""{"from":{"lat":{{lat}},"lng":{{lng}}},"name":"x"}"""));
        await answer.ShouldRefuse(field);
    }

    [Fact]
    public async Task Every_wrong_field_is_named_by_its_camel_case_path()
    {
        var answer = await Post(
            $$"""{"from":{"lat":91,"lng":181},"to":{"lat":-91,"lng":0},"name":"","passingBy":[{{Here}},{"lat":99,"lng":0}]}"""
        );
        await answer.ShouldRefuse("from.lat", "from.lng", "to.lat", "name", "passingBy[1].lat");
    }

    [Theory]
    [InlineData("   ")]
    [InlineData("elevenchars")]
    [InlineData("bell\\u0007")]
    public async Task Text_is_neither_blank_nor_too_long_nor_control_characters(string name) =>
        await (await Post($$"""{"from":{{Here}},"name":"{{name}}"}""")).ShouldRefuse("name");

    [Fact]
    public async Task An_address_is_bounded()
    {
        var address = new string('a', Place.MaxAddressLength + 1);
        await (await Post($$"""{"from":{"lat":0,"lng":0,"address":"{{address}}"},"name":"x"}""")).ShouldRefuse(
            "from.address"
        );
    }

    [Fact]
    public async Task An_absent_optional_body_is_not_validated()
    {
        var answer = await app.Client.PostAsync("/api/v1/maybe-tours", null, TestContext.Current.CancellationToken);
        answer.StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task A_present_optional_body_is() =>
        await (await Post($$"""{"from":{{Here}},"name":""}""", "/api/v1/maybe-tours")).ShouldRefuse("name");
}
