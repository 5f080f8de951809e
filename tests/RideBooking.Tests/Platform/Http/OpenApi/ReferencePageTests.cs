using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using RideBooking.Contracts;
using RideBooking.Platform.Http.Authentication;
using RideBooking.Platform.Http.OpenApi;
using RideBooking.Platform.Http.Requests;
using RideBooking.Platform.Http.Streaming;

namespace RideBooking.Tests.Platform.Http.OpenApi;

public sealed partial class ReferencePageTests : IAsyncLifetime
{
    internal sealed record Quote(Place Pickup, Place? Dropoff, Money Fare, Money? Tip, Role For, Role? By)
    {
        public required DateTimeOffset ExpiresAt { get; init; }
        public DateTimeOffset? UsedAt { get; init; }
        public double Surge { get; init; }
        public double? Heading { get; init; }
        public string? Note { get; init; }
        public JsonNode? Anything { get; init; }
    }

    static class One
    {
        internal sealed record View(Place? One);
    }

    static class OtherEndpoint
    {
        internal sealed record View(int Other);
    }

    static class Other
    {
        internal sealed record View(string Another);
    }

    HttpApp app = null!;

    public async ValueTask InitializeAsync() =>
        app = await HttpApp.Start(app =>
        {
            var riders = app.MapRiders();
            riders
                .MapPost(
                    "/quotes",
                    Results<Ok<Quote>, ProblemHttpResult> (Quote quote, Rider rider) => TypedResults.Ok(quote)
                )
                .Refuses(409, "active_ride_exists", "quote_expired");
            riders.MapGet("/rides", (Rider rider, PageRequest page) => new Page<Quote>([], null));
            riders.MapGet(
                "/rides/{id:guid}/events",
                (Guid id, Rider rider, LastEventId last) => new ServerSentEvents(AsyncEnumerable.Empty<ServerEvent>())
            );
            app.MapPublic("Tests").MapGet("/anyone", () => "hello");
            app.MapPublic("Tests")
                .MapGet(
                    "/either",
                    Results<Ok<One.View>, Ok<OtherEndpoint.View>> (bool one = true) =>
                        one
                            ? TypedResults.Ok(new One.View(new Place(1, 2, null)))
                            : TypedResults.Ok(new OtherEndpoint.View(1))
                );
        });

    public ValueTask DisposeAsync() => app.DisposeAsync();

    Task<HttpResponseMessage> Get(string path) => app.Client.GetAsync(path, TestContext.Current.CancellationToken);

    async Task<JsonElement> Document()
    {
        var answer = await Get("/openapi/v1.json");
        answer.StatusCode.ShouldBe(HttpStatusCode.OK, await answer.Content.ReadAsStringAsync());
        return await answer.Body();
    }

    static JsonElement Operation(JsonElement document, string path, string method) =>
        document.GetProperty("paths").GetProperty(path).GetProperty(method);

    static string[] Parameters(JsonElement operation) =>
        operation.TryGetProperty("parameters", out var parameters)
            ? [.. parameters.EnumerateArray().Select(parameter => parameter.GetProperty("name").GetString()!)]
            : [];

    static string[] Responses(JsonElement operation) =>
        [.. operation.GetProperty("responses").EnumerateObject().Select(response => response.Name)];

    [Fact]
    public async Task A_post_names_its_key_its_problems_and_who_may_call()
    {
        var post = Operation(await Document(), "/api/v1/quotes", "post");
        Parameters(post).ShouldBe(["Idempotency-Key"]);
        Responses(post)
            .ShouldBe(["200", "400", "401", "403", "409", "413", "415", "422", "429", "500", "503"], ignoreOrder: true);
        post.GetProperty("responses")
            .GetProperty("409")
            .GetProperty("description")
            .GetString()
            .ShouldBe(
                "`concurrent_update`, `request_in_progress`, `answer_not_kept`, `active_ride_exists`, `quote_expired`"
            );
        post.GetProperty("security")[0].TryGetProperty("bearer", out _).ShouldBeTrue();
        post.GetProperty("responses")
            .GetProperty("422")
            .GetProperty("content")
            .GetProperty("application/problem+json")
            .GetProperty("schema")
            .GetProperty("allOf")[0]
            .GetProperty("$ref")
            .GetString()
            .ShouldBe("#/components/schemas/Problem");
    }

    [Fact]
    public async Task Parameters_that_bind_from_the_request_are_described_as_the_client_sends_them()
    {
        var document = await Document();
        Parameters(Operation(document, "/api/v1/rides", "get")).ShouldBe(["cursor", "limit"]);
        var stream = Operation(document, "/api/v1/rides/{id}/events", "get");
        Parameters(stream).ShouldBe(["id", "Last-Event-ID", "lastEventId"]);
        stream
            .GetProperty("responses")
            .GetProperty("200")
            .GetProperty("content")
            .TryGetProperty("text/event-stream", out _)
            .ShouldBeTrue();
        Operation(document, "/api/v1/anyone", "get").TryGetProperty("security", out _).ShouldBeFalse();
    }

    [Fact]
    public async Task Types_with_a_converter_are_described_as_they_are_written()
    {
        var document = await Document();
        var schemas = document.GetProperty("components").GetProperty("schemas");
        var money = schemas.GetProperty("Money");
        money.GetProperty("properties").GetProperty("amount").GetProperty("type").GetString().ShouldBe("string");
        var lat = schemas.GetProperty("Place").GetProperty("properties").GetProperty("lat");
        lat.GetProperty("type").GetString().ShouldBe("number");
        lat.GetProperty("maximum").GetDouble().ShouldBe(90);
        schemas
            .GetProperty("Role")
            .GetProperty("enum")
            .EnumerateArray()
            .Select(name => name.GetString())
            .ShouldBe(["rider", "driver", "operator"]);

        var described = schemas.GetProperty("ReferencePageTestsQuote");
        described
            .GetProperty("required")
            .EnumerateArray()
            .Select(name => name.GetString())
            .ShouldBe(["pickup", "fare", "for", "expiresAt"], ignoreOrder: true);
        var quote = described.GetProperty("properties");
        Types(quote.GetProperty("expiresAt")).ShouldBe(["string"]);
        quote.GetProperty("expiresAt").GetProperty("format").GetString().ShouldBe("date-time");
        Types(quote.GetProperty("usedAt")).ShouldBe(["null", "string"]);
        Types(quote.GetProperty("surge")).ShouldBe(["number"]);
        Types(quote.GetProperty("heading")).ShouldBe(["null", "number"]);
        Types(quote.GetProperty("note")).ShouldBe(["null", "string"]);
        // If both schemas allowed null, null would match twice, and oneOf allows one match.
        quote.GetProperty("anything").TryGetProperty("oneOf", out _).ShouldBeFalse();
    }

    [Fact]
    public async Task Every_operation_may_refuse_what_its_query_says()
    {
        var refusal = Operation(await Document(), "/api/v1/anyone", "get").GetProperty("responses").GetProperty("400");
        refusal.GetProperty("description").GetString().ShouldBe("`unknown_parameter`, `validation_failed`");
    }

    [Fact]
    public async Task Types_of_one_name_are_described_each_for_itself()
    {
        var document = await Document();
        var schemas = document.GetProperty("components").GetProperty("schemas");
        schemas
            .GetProperty("ReferencePageTestsOneView")
            .GetProperty("properties")
            .TryGetProperty("one", out _)
            .ShouldBeTrue();
        schemas
            .GetProperty("ReferencePageTestsOtherView")
            .GetProperty("properties")
            .TryGetProperty("other", out _)
            .ShouldBeTrue();
    }

    [Fact]
    public async Task Two_types_never_get_the_same_name()
    {
        await Document();
        await using var another = await HttpApp.Start(routes =>
            routes.MapPublic("Tests").MapGet("/another", () => TypedResults.Ok(new Other.View("")))
        );
        var answer = await another.Client.GetAsync("/openapi/v1.json", TestContext.Current.CancellationToken);
        answer.StatusCode.ShouldBe(HttpStatusCode.InternalServerError);
    }

    [Fact]
    public async Task An_answer_of_several_types_is_one_of_them()
    {
        var answer = Operation(await Document(), "/api/v1/either", "get").GetProperty("responses").GetProperty("200");
        answer
            .GetProperty("content")
            .GetProperty("application/json")
            .GetProperty("schema")
            .GetProperty("oneOf")
            .EnumerateArray()
            .Select(schema => schema.GetProperty("$ref").GetString())
            .ShouldBe([
                "#/components/schemas/ReferencePageTestsOneView",
                "#/components/schemas/ReferencePageTestsOtherView",
            ]);
    }

    static string[] Types(JsonElement schema)
    {
        var type = schema.GetProperty("type");
        return type.ValueKind == JsonValueKind.String
            ? [type.GetString()!]
            : [.. type.EnumerateArray().Select(one => one.GetString()!).Order()];
    }

    [Fact]
    public async Task Every_reference_in_the_document_resolves()
    {
        var document = await Document();
        foreach (Match reference in Reference().Matches(document.ToString()))
        {
            var at = document;
            foreach (var step in reference.Groups[1].Value.Split('/'))
                at.TryGetProperty(step, out at).ShouldBeTrue(reference.Value);
        }
    }

    [Fact]
    public async Task The_page_needs_nothing_from_the_internet()
    {
        var answer = await Get("/docs");
        if (answer.StatusCode is HttpStatusCode.Redirect or HttpStatusCode.MovedPermanently)
            answer = await Get(answer.Headers.Location!.ToString());
        answer.StatusCode.ShouldBe(HttpStatusCode.OK);
        var html = await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        ForeignAsset().Matches(html).Select(match => match.Value).ShouldBeEmpty();
        html.ShouldContain("\"telemetry\":false");
        html.ShouldContain("\"withDefaultFonts\":false");

        var scripts = Script().Matches(html).Select(match => match.Groups[1].Value).ToList();
        scripts.ShouldNotBeEmpty();
        var page = new Uri(answer.RequestMessage!.RequestUri!, "/docs/");
        foreach (var script in scripts)
        {
            var asset = await app.Client.GetAsync(new Uri(page, script), TestContext.Current.CancellationToken);
            asset.StatusCode.ShouldBe(HttpStatusCode.OK, script);
            asset.Content.Headers.ContentType!.MediaType!.ShouldContain("javascript");
        }
    }

    [Fact]
    public async Task The_page_has_no_buttons_of_its_vendor()
    {
        var html = await (await Get("/docs/")).Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        html.ShouldContain("\"showDeveloperTools\":\"never\"");
        html.ShouldContain("\"hideClientButton\":true");
        html.ShouldContain("\"mcp\":{\"disabled\":true}");
    }

    [Fact]
    public async Task The_root_leads_to_the_page()
    {
        var answer = await Get("/");
        answer.StatusCode.ShouldBe(HttpStatusCode.Redirect);
        answer.Headers.Location!.ToString().ShouldBe("/docs");
    }

    [GeneratedRegex("\"\\$ref\":\\s*\"#/([^\"]+)\"")]
    private static partial Regex Reference();

    [GeneratedRegex("(src|href)=\"(https?:)?//[^\"]+\"|import\\s+[^;]*['\"]https?:[^'\"]+['\"]")]
    private static partial Regex ForeignAsset();

    [GeneratedRegex("<script[^>]* src=\"([^\"]+)\"")]
    private static partial Regex Script();
}
