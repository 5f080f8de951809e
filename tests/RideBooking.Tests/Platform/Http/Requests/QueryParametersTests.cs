using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using RideBooking.Platform.Http.Idempotency;
using RideBooking.Platform.Http.OpenApi;
using RideBooking.Platform.Http.Requests;
using RideBooking.Platform.Http.Streaming;

namespace RideBooking.Tests.Platform.Http.Requests;

public sealed class QueryParametersTests(QueryParametersTests.Served served)
    : IClassFixture<QueryParametersTests.Served>
{
    public sealed class Served()
        : ServedApp(app =>
        {
            var all = app.MapPublic("Tests");
            all.MapGet("/search/{id:guid}", (Guid id, string? name, int? size, HttpContext http) => "found");
            all.MapGet("/pages", (PageRequest page, bool all = false) => "found");
            all.MapGet("/stream", (LastEventId last) => "found");
            all.MapPost("/things", (IdempotentRequest request) => "made");
            app.MapGet("/outside", () => "found");
        });

    const string Search = "/api/v1/search/019cad1c-0000-7000-8000-000000000000";

    readonly HttpApp app = served.App;

    Task<HttpResponseMessage> Get(string path) => app.Client.GetAsync(path, TestContext.Current.CancellationToken);

    [Theory]
    [InlineData(Search)]
    [InlineData(Search + "?")]
    [InlineData(Search + "?name=a&size=1")]
    [InlineData(Search + "?NAME=a")]
    [InlineData("/api/v1/pages?limit=1&all=true")]
    [InlineData("/api/v1/stream?lastEventId=1")]
    [InlineData("/outside?anything=1")]
    [InlineData("/health/live?anything=1")]
    [InlineData("/openapi/v1.json?anything=1")]
    public async Task What_an_operation_takes_is_taken(string path) =>
        (await Get(path)).StatusCode.ShouldBe(HttpStatusCode.OK);

    [Theory]
    [InlineData(Search + "?asOf=2026-01-10T10:10:00Z", "asOf")]
    [InlineData(Search + "?asOf=rubbish", "asOf")]
    [InlineData(Search + "?name=a&names=b", "names")]
    [InlineData(Search + "?id=1", "id")]
    [InlineData(Search + "?http=1", "http")]
    [InlineData(Search + "?cursor=1", "cursor")]
    [InlineData(Search + "?flag", "flag")]
    [InlineData(Search + "?=x", "")]
    [InlineData("/api/v1/stream?limit=1", "limit")]
    public async Task Any_other_is_refused_by_name(string path, string name)
    {
        var problem = await (await Get(path)).ShouldBeProblem(400, "unknown_parameter");
        problem.GetProperty("parameter").GetString().ShouldBe(name);
    }

    [Fact]
    public async Task The_refusal_says_what_there_is()
    {
        var problem = await (await Get("/api/v1/pages?page=2")).ShouldBeProblem(400, "unknown_parameter");
        problem
            .GetProperty("parameters")
            .EnumerateArray()
            .Select(name => name.GetString())
            .ShouldBe(["all", "cursor", "limit"]);
    }

    [Theory]
    [InlineData("name=a&name=b", "name")]
    [InlineData("name=a&NAME=a", "name")]
    [InlineData("size=1&size=1", "size")]
    public async Task A_parameter_is_given_once(string query, string name) =>
        await (await Get($"{Search}?{query}")).ShouldRefuse(name);

    [Fact]
    public async Task A_command_takes_none()
    {
        var answer = await app.Client.PostAsync(
            "/api/v1/things?dryRun=true",
            null,
            TestContext.Current.CancellationToken
        );
        (await answer.ShouldBeProblem(400, "unknown_parameter"))
            .GetProperty("parameter")
            .GetString()
            .ShouldBe("dryRun");
    }
}
