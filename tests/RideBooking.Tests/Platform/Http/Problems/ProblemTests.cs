using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;
using RideBooking.EventLog.Archives;
using RideBooking.Platform.Http.OpenApi;
using RideBooking.Platform.Http.Problems;

namespace RideBooking.Tests.Platform.Http.Problems;

public sealed class ProblemTests(ProblemTests.Served served) : IClassFixture<ProblemTests.Served>
{
    public sealed class Served()
        : ServedApp(app =>
        {
            var all = app.MapPublic("Tests");
            all.MapGet("/things/{id}", (Guid id) => id);
            all.MapGet("/search", (int? limit, Guid? after) => "found");
            all.MapGet("/needs", (int size) => size);
            all.MapGet(
                "/parts",
                ([AsParameters] Part part, [FromHeader(Name = "X-Revision")] int? revision) => "found"
            );
            all.MapPost("/things", (Thing thing) => thing);
            all.MapGet("/bare/{status:int}", (int status) => TypedResults.StatusCode(status));
            all.MapGet("/taken", () => Problem.Conflict("seat_taken", "The seat is taken.", ("seat", 12)));
            all.MapGet(
                "/unavailable",
                () => Problem.Unavailable("The broker is unavailable.", TimeSpan.FromSeconds(1.5))
            );
            all.MapGet("/bug", string () => throw new InvalidOperationException("the secret is out"));
            all.MapGet(
                "/database-unavailable",
                string () => throw new SqliteException("SQLite Error 5: 'database is locked'.", 5)
            );
            all.MapGet(
                "/wrapped-outage",
                string () =>
                    throw new InvalidOperationException("x", new SocketException((int)SocketError.ConnectionRefused))
            );
            all.MapGet("/race", string () => throw new DbUpdateConcurrencyException("expected 1 row, was 0"));
            all.MapGet("/damaged-archive", string () => throw new DamagedArchiveException(s_archive, "no /srv/secret"));
            all.MapGet("/input", string () => throw new InvalidInputException("seat", "must be free"));
        });

    static readonly Archive s_archive = new()
    {
        Id = Guid.CreateVersion7(),
        FirstPosition = 7,
        LastPosition = 19,
        LastTimestamp = DateTimeOffset.UnixEpoch,
        Events = 5,
        Streams = 1,
        Size = 100,
        Sha256 = [],
        CreatedAt = DateTimeOffset.UnixEpoch,
        Data = null,
    };

    readonly HttpApp app = served.App;

    internal sealed record Thing(string Name);

    internal sealed record Part(
        [property: FromQuery(Name = "after")] long? After,
        [property: FromQuery(Name = "size-class")] int? Size,
        Guid? OrderId
    );

    Task<HttpResponseMessage> Get(string path) => app.Client.GetAsync(path, TestContext.Current.CancellationToken);

    [Theory]
    [InlineData("/nowhere")]
    [InlineData("/api/v1/nowhere")]
    [InlineData("/api/v1/things/not-a-guid")]
    [InlineData("/api/v1/bare/404")]
    public async Task What_is_not_there_is_a_problem(string path) =>
        await (await Get(path)).ShouldBeProblem(404, "not_found");

    [Fact]
    public async Task A_wrong_method_is_a_problem_that_names_the_right_ones()
    {
        var answer = await app.Client.DeleteAsync("/api/v1/things/1", TestContext.Current.CancellationToken);
        await answer.ShouldBeProblem(405, "method_not_allowed");
        answer.Content.Headers.Allow.ShouldBe(["GET"]);
    }

    [Theory]
    [InlineData("limit=abc", "limit")]
    [InlineData("limit=99999999999", "limit")]
    [InlineData("after=garbage", "after")]
    public async Task A_query_value_of_the_wrong_type_is_refused_by_name(string query, string field) =>
        await (await Get($"/api/v1/search?{query}")).ShouldRefuse(field);

    [Theory]
    [InlineData("after=x", "after")]
    [InlineData("size-class=x", "size-class")]
    [InlineData("orderId=x", "orderId")]
    public async Task A_parameter_is_named_as_its_clients_name_it(string query, string field) =>
        await (await Get($"/api/v1/parts?{query}")).ShouldRefuse(field);

    [Fact]
    public async Task A_header_is_named_as_its_clients_name_it()
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/api/v1/parts");
        request.Headers.Add("X-Revision", "x");
        var answer = await app.Client.SendAsync(request, TestContext.Current.CancellationToken);
        await answer.ShouldRefuse("X-Revision");
    }

    [Theory]
    [InlineData("note=a%00b", "note")]
    [InlineData("limit=1&x=%00", "x")]
    public async Task A_query_value_that_no_database_accepts_is_refused(string query, string field) =>
        await (await Get($"/api/v1/search?{query}")).ShouldRefuse(field);

    [Fact]
    public async Task A_query_value_that_is_missing_is_refused_by_name()
    {
        var problem = await (await Get("/api/v1/needs")).ShouldRefuse("size");
        problem.GetProperty("errors").GetProperty("size")[0].GetString().ShouldBe("is required");
    }

    [Fact]
    public async Task An_unsupported_media_type_is_a_problem()
    {
        using var form = new StringContent("name=x", null, "application/x-www-form-urlencoded");
        var answer = await app.Client.PostAsync("/api/v1/things", form, TestContext.Current.CancellationToken);
        await answer.ShouldBeProblem(415, "unsupported_media_type");
    }

    [Theory]
    [InlineData("nonsense")]
    [InlineData("utf-7")]
    public async Task A_body_in_an_encoding_that_cannot_be_read_is_a_problem(string charset)
    {
        using var body = new StringContent("""{"name":"x"}""");
        body.Headers.ContentType = new("application/json") { CharSet = charset };
        var answer = await app.Client.PostAsync("/api/v1/things", body, TestContext.Current.CancellationToken);
        await answer.ShouldBeProblem(415, "unsupported_media_type");
    }

    [Theory]
    [InlineData(400, "malformed_request")]
    [InlineData(401, "unauthorized")]
    [InlineData(403, "forbidden")]
    [InlineData(406, "not_acceptable")]
    [InlineData(413, "body_too_large")]
    [InlineData(418, "request_refused")]
    [InlineData(429, "rate_limited")]
    [InlineData(500, "internal_error")]
    [InlineData(503, "unavailable")]
    public async Task A_bare_status_becomes_a_problem(int status, string code) =>
        await (await Get($"/api/v1/bare/{status}")).ShouldBeProblem(status, code);

    [Fact]
    public async Task An_endpoint_makes_its_own_problem_with_members_for_programs()
    {
        var problem = await (await Get("/api/v1/taken")).ShouldBeProblem(409, "seat_taken");
        problem.GetProperty("seat").GetInt32().ShouldBe(12);
        problem.GetProperty("title").GetString().ShouldBe("Seat taken");
        problem.GetProperty("detail").GetString().ShouldBe("The seat is taken.");
        problem.GetProperty("type").GetString().ShouldBe("urn:ridebooking:problem:seat_taken");
    }

    [Fact]
    public async Task An_outage_tells_when_to_retry()
    {
        var answer = await Get("/api/v1/unavailable");
        await answer.ShouldBeProblem(503, "unavailable");
        answer.Headers.RetryAfter!.Delta.ShouldBe(TimeSpan.FromSeconds(2));
    }

    [Theory]
    [InlineData("/api/v1/database-unavailable")]
    [InlineData("/api/v1/wrapped-outage")]
    public async Task An_unavailable_dependency_is_an_outage_not_a_bug(string path)
    {
        var answer = await Get(path);
        await answer.ShouldBeProblem(503, "unavailable");
        answer.Headers.RetryAfter.ShouldNotBeNull();
    }

    [Fact]
    public async Task A_damaged_archive_is_named_by_its_positions()
    {
        var problem = await (await Get("/api/v1/damaged-archive")).ShouldBeProblem(500, "archive_unreadable");
        problem.GetProperty("archiveId").GetGuid().ShouldBe(s_archive.Id);
        problem.GetProperty("firstPosition").GetInt64().ShouldBe(7);
        problem.GetProperty("lastPosition").GetInt64().ShouldBe(19);
        problem.ToString().ShouldNotContain("secret");
    }

    [Fact]
    public async Task A_bug_exposes_no_internals()
    {
        var problem = await (await Get("/api/v1/bug")).ShouldBeProblem(500, "internal_error");
        problem.ToString().ShouldNotContain("secret");
    }

    [Fact]
    public async Task A_bug_is_logged_as_an_error_and_a_bad_request_is_not()
    {
        await Get("/api/v1/bug");
        app.Log.ShouldContain(entry => entry.Level == LogLevel.Error && entry.Exception!.Message.Contains("secret"));
        app.Log.Clear();
        await Get("/api/v1/search?limit=abc");
        app.Log.ShouldNotContain(entry => entry.Level >= LogLevel.Warning);
    }

    [Fact]
    public async Task A_lost_race_for_a_row_is_a_conflict() =>
        await (await Get("/api/v1/race")).ShouldBeProblem(409, "concurrent_update");

    [Fact]
    public async Task Code_that_binds_may_refuse_a_field() => await (await Get("/api/v1/input")).ShouldRefuse("seat");

    [Fact]
    public async Task A_client_that_wants_no_json_still_gets_the_problem()
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/nowhere");
        request.Headers.Accept.ParseAdd("text/html");
        await (await app.Client.SendAsync(request, TestContext.Current.CancellationToken)).ShouldBeProblem(
            404,
            "not_found"
        );
    }

    [Fact]
    public async Task Answers_carry_security_headers_even_when_they_are_errors()
    {
        foreach (var path in new[] { "/api/v1/search", "/api/v1/bug", "/api/v1/nowhere" })
        {
            var answer = await Get(path);
            answer.Headers.GetValues("X-Content-Type-Options").ShouldBe(["nosniff"]);
            answer.Headers.GetValues("Content-Security-Policy").Single().ShouldContain("default-src 'none'");
            answer.Headers.CacheControl!.NoStore.ShouldBeTrue(path);
        }
    }

    [Fact]
    public async Task The_log_and_the_answer_share_the_trace_id()
    {
        const string trace = "0af7651916cd43dd8448eb211c80319c";
        using var request = new HttpRequestMessage(HttpMethod.Get, "/nowhere");
        request.Headers.Add("traceparent", $"00-{trace}-b7ad6b7169203331-01");
        var answer = await app.Client.SendAsync(request, TestContext.Current.CancellationToken);
        (await answer.Body()).GetProperty("traceId").GetString().ShouldBe(trace);
        answer.StatusCode.ShouldBe(HttpStatusCode.NotFound);
    }
}
