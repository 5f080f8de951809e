using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using FluentValidation;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using RideBooking.Contracts;
using RideBooking.Platform.Http.OpenApi;
using RideBooking.Platform.Http.Requests;

namespace RideBooking.Tests.Platform.Http.Requests;

public sealed class JsonConventionsTests(JsonConventionsTests.Served served)
    : IClassFixture<JsonConventionsTests.Served>
{
    public sealed class Served()
        : ServedApp(app =>
        {
            var all = app.MapPublic("Tests");
            all.MapPost("/trips", (Trip trip) => trip);
            all.MapPost("/optional", (Trip? trip) => trip is null ? "none" : "some");
            all.MapPost("/bytes", async (HttpRequest request) => (await request.BodyReader.ReadAsync()).Buffer.Length);
        });

    readonly HttpApp app = served.App;

    internal enum Mood
    {
        Calm,
        InAHurry,
    }

    internal sealed record Trip(
        Place Pickup,
        string Note,
        Mood Mood,
        int Seats,
        DateTimeOffset At,
        Guid? QuoteId,
        Money? Tip,
        Mood? Later = null
    );

    const string Valid = """
        {"pickup":{"lat":52.5,"lng":13.4},"note":"x","mood":"inAHurry","seats":2,"at":"2026-01-10T11:10:00+01:00"}
        """;

    Task<HttpResponseMessage> Post(string body, string path = "/api/v1/trips") =>
        app.Client.PostAsync(path, HttpAnswers.Json(body), TestContext.Current.CancellationToken);

    static string With(string from, string to) => Valid.Replace(from, to, StringComparison.Ordinal);

    [Fact]
    public async Task A_valid_body_comes_back_in_the_shape_of_the_contract()
    {
        var answer = await Post(With("\"seats\"", "\"tip\":{\"amount\":\"2.50\",\"currency\":\"EUR\"},\"seats\""));
        answer.StatusCode.ShouldBe(HttpStatusCode.OK);
        var trip = await answer.Body();
        trip.GetProperty("mood").GetString().ShouldBe("inAHurry");
        trip.GetProperty("at").GetString().ShouldBe("2026-01-10T10:10:00Z");
        trip.GetProperty("pickup").GetProperty("lat").GetDouble().ShouldBe(52.5);
        trip.GetProperty("tip").GetProperty("amount").GetString().ShouldBe("2.50");
    }

    [Fact]
    public async Task Unknown_members_are_accepted() =>
        (await Post(With("\"seats\"", "\"colour\":{\"deep\":[1]},\"seats\""))).StatusCode.ShouldBe(HttpStatusCode.OK);

    [Theory]
    [InlineData("")]
    [InlineData("   ")]
    [InlineData("null")]
    [InlineData("{")]
    [InlineData("[]")]
    [InlineData("\"text\"")]
    [InlineData("{'pickup':1}")]
    [InlineData("{\"pickup\":{\"lat\":52.5,}}")]
    [InlineData("<xml/>")]
    public async Task What_is_not_the_json_object_is_malformed(string body) =>
        await (await Post(body)).ShouldBeProblem(400, "malformed_request");

    [Theory]
    [InlineData("52.5", "\"52.5\"", "$.pickup.lat")]
    [InlineData("52.5", "NaN", "$.pickup")]
    [InlineData("52.5", "1e999", "$.pickup.lat")]
    [InlineData("52.5", "true", "$.pickup.lat")]
    [InlineData("\"seats\":2", "\"seats\":\"2\"", "$.seats")]
    [InlineData("\"seats\":2", "\"seats\":2.5", "$.seats")]
    [InlineData("\"seats\":2", "\"seats\":99999999999", "$.seats")]
    [InlineData("\"note\":\"x\"", "\"note\":7", "$.note")]
    [InlineData("\"note\":\"x\"", "\"note\":\"a\\u0000b\"", "$.note")]
    [InlineData("\"note\":\"x\"", "\"note\":\"\\ud800\"", "$.note")]
    [InlineData("\"inAHurry\"", "1", "$.mood")]
    [InlineData("2026-01-10T11:10:00+01:00", "2026-01-10T11:10:00", "$.at")]
    [InlineData("2026-01-10T11:10:00+01:00", "10/01/2026", "$.at")]
    [InlineData("2026-01-10T11:10:00+01:00", "", "$.at")]
    [InlineData("\"seats\"", "\"quoteId\":\"nope\",\"seats\"", "$.quoteId")]
    [InlineData("\"seats\"", "\"tip\":{\"amount\":2.5,\"currency\":\"EUR\"},\"seats\"", "$.tip")]
    [InlineData("{\"lat\":52.5,\"lng\":13.4}", "[52.5,13.4]", "$.pickup")]
    public async Task A_value_of_the_wrong_type_is_malformed_and_named_by_its_path(string from, string to, string path)
    {
        var problem = await (await Post(With(from, to))).ShouldBeProblem(400, "malformed_request");
        problem.GetProperty("detail").GetString()!.ShouldContain(path);
    }

    [Theory]
    [InlineData("\"note\":\"x\",", "", "note")]
    [InlineData("\"lng\":13.4", "\"lnf\":13.4", "pickup.lng")]
    [InlineData("\"seats\":2,", "", "seats")]
    [InlineData("\"note\":\"x\"", "\"note\":null", "note")]
    [InlineData("{\"lat\":52.5,\"lng\":13.4}", "null", "pickup")]
    public async Task A_required_member_that_is_missing_or_null_is_refused_by_name(
        string from,
        string to,
        string field
    ) => await (await Post(With(from, to))).ShouldRefuse(field);

    [Fact]
    public async Task All_missing_members_are_named_at_once() =>
        await (await Post("{}")).ShouldRefuse("pickup", "note", "mood", "seats", "at");

    [Theory]
    [InlineData("\"mood\":\"inAHurry\"", "\"mood\":\"angry\"", "mood")]
    [InlineData("\"mood\":\"inAHurry\"", "\"mood\":\"calm, inAHurry\"", "mood")]
    [InlineData("\"mood\":\"inAHurry\"", "\"mood\":\"1\"", "mood")]
    [InlineData("\"seats\"", "\"later\":\"never\",\"seats\"", "later")]
    public async Task An_unknown_value_is_refused_with_those_it_could_be(string from, string to, string field)
    {
        var problem = await (await Post(With(from, to))).ShouldRefuse(field);
        problem.GetProperty("detail").GetString()!.ShouldContain("calm, inAHurry");
    }

    [Fact]
    public async Task A_member_given_twice_is_ambiguous_and_malformed() =>
        await (await Post(With("\"seats\":2", "\"seats\":2,\"seats\":3"))).ShouldBeProblem(400, "malformed_request");

    [Fact]
    public async Task A_body_nested_too_deep_is_malformed()
    {
        var deep = string.Concat(Enumerable.Repeat("[", 40)) + string.Concat(Enumerable.Repeat("]", 40));
        await (await Post(With("\"seats\"", $"\"x\":{deep},\"seats\""))).ShouldBeProblem(400, "malformed_request");
    }

    [Fact]
    public async Task A_body_that_may_be_absent_may_be_absent()
    {
        var answer = await app.Client.PostAsync("/api/v1/optional", null, TestContext.Current.CancellationToken);
        (await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken)).ShouldBe("none");
    }

    [Fact]
    public async Task No_body_at_all_is_malformed_where_one_is_needed() =>
        await (
            await app.Client.PostAsync("/api/v1/trips", null, TestContext.Current.CancellationToken)
        ).ShouldBeProblem(400, "malformed_request");

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_body_over_64_KiB_is_refused_whether_or_not_it_declares_its_length(bool declared)
    {
        var body = With("\"x\"", $"\"{new string('x', 65 * 1024)}\"");
        using HttpContent content = declared
            ? HttpAnswers.Json(body)
            : new StreamContent(new Undeclared(System.Text.Encoding.UTF8.GetBytes(body)));
        content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/v1/trips") { Content = content };
        request.Headers.TransferEncodingChunked = !declared;
        var answer = await app.Client.SendAsync(request, TestContext.Current.CancellationToken);
        await answer.ShouldBeProblem(413, "body_too_large");
    }

    [Fact]
    public async Task A_body_of_exactly_64_KiB_is_read()
    {
        var padding = 64 * 1024 - Valid.Length;
        var answer = await Post(Valid + new string(' ', padding));
        answer.StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    /// <summary>A stream without a length, so that the request cannot declare it.</summary>
    sealed class Undeclared(byte[] bytes) : MemoryStream(bytes)
    {
        public override bool CanSeek => false;
    }

    [Theory]
    [InlineData("2026-01-10T10:10:00Z", "2026-01-10T10:10:00Z")]
    [InlineData("2026-01-10t10:10:00z", "2026-01-10T10:10:00Z")]
    [InlineData("2026-01-10T10:10:00.1234567Z", "2026-01-10T10:10:00.1234567Z")]
    [InlineData("2026-01-10T10:10:00.123456789Z", "2026-01-10T10:10:00.1234567Z")]
    [InlineData("2026-01-10T10:10:00-05:30", "2026-01-10T15:40:00Z")]
    public void An_instant_is_read_with_any_offset_and_written_in_utc(string text, string written)
    {
        Instant.TryParse(text, out var instant).ShouldBeTrue();
        Instant.Format(instant).ShouldBe(written);
    }

    [Theory]
    [InlineData("2026-01-10")]
    [InlineData("2026-01-10T10:10:00")]
    [InlineData("2026-13-10T10:10:00Z")]
    [InlineData("yesterday")]
    [InlineData("")]
    public void What_is_not_an_instant_is_not_read(string text) => Instant.TryParse(text, out _).ShouldBeFalse();
}
