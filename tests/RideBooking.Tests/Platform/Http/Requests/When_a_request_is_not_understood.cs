using System.Net;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using RideBooking.Platform.Http.Requests;
using RideBooking.TestKit.Api;
using RideBooking.Tests.Documentation;
using RideBooking.Tests.Host;
using RideBooking.Tests.Platform.Http.OpenApi;

namespace RideBooking.Tests.Platform.Http.Requests;

/// <summary>Every operation of the API refuses invalid input and accepts valid input.</summary>
public sealed class When_a_request_is_not_understood(CityLab lab) : IClassFixture<CityLab>
{
    static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task An_unknown_query_parameter_is_refused_by_every_operation()
    {
        foreach (var (method, path, _) in (await Document()).Operations)
        {
            var answer = await Ask(method, $"{path}?since=rubbish", null);
            var problem = JsonDocument.Parse(await answer.Content.ReadAsStringAsync(Stop)).RootElement;
            problem.GetProperty("code").GetString().ShouldBe("unknown_parameter", $"{method} {path}");
            problem.GetProperty("parameter").GetString().ShouldBe("since", $"{method} {path}");
        }
    }

    [Fact]
    public async Task A_value_that_cannot_be_read_is_refused_under_the_documented_name_by_every_operation()
    {
        var refused = new HashSet<string>();
        foreach (var (method, path, operation) in (await Document()).Operations)
        {
            if (method != HttpMethod.Get || !operation.TryGetProperty("parameters", out var all))
                continue;
            var names = all.EnumerateArray().Select(NameOf).ToList();
            foreach (var parameter in all.EnumerateArray())
            {
                var (name, place) = (NameOf(parameter), parameter.GetProperty("in").GetString());
                var what = $"{method} {path}, {name} in the {place}";
                if (place is not ("query" or "header"))
                    continue;
                using var answer =
                    place == "query"
                        ? await Ask(method, $"{path}?{name}=rubbish", null)
                        : await Ask(method, path, null, (name, "rubbish"));
                if (answer.StatusCode != HttpStatusCode.BadRequest)
                {
                    IsText(parameter).ShouldBeTrue(what);
                    continue;
                }
                var problem = JsonDocument.Parse(await answer.Content.ReadAsStringAsync(Stop)).RootElement;
                problem.GetProperty("code").GetString().ShouldBe("validation_failed", what);
                var errors = problem.GetProperty("errors").EnumerateObject().Select(error => error.Name).ToList();
                errors.ShouldContain(name, what);
                errors.ShouldBeSubsetOf(names, what);
                refused.Add(name);
            }
        }
        string[] some =
        [
            "after",
            "rideId",
            "limit",
            "cursor",
            "atVersion",
            "asOf",
            "from",
            "lastEventId",
            "Last-Event-ID",
        ];
        refused.IsSupersetOf(some).ShouldBeTrue(string.Join(", ", refused));
    }

    [Theory]
    [InlineData("operations/rides/{id}/diff", "is required", "is required")]
    [InlineData("operations/rides/{id}/diff?to=rubbish", "is required", Instant.Expected)]
    [InlineData("operations/rides/{id}/diff?from=rubbish&to=", Instant.Expected, Instant.Expected)]
    [InlineData("operations/analytics/summary?from=rubbish&to=rubbish", Instant.Expected, Instant.Expected)]
    [InlineData("drivers/me/earnings?from=rubbish&to=rubbish", Instant.Expected, Instant.Expected)]
    public async Task Every_instant_that_is_missing_or_cannot_be_read_is_named(string path, string from, string to)
    {
        using var answer = await Ask(HttpMethod.Get, path, null);
        var problem = await answer.ShouldRefuse("from", "to");
        problem.GetProperty("errors").GetProperty("from")[0].GetString().ShouldBe(from);
        problem.GetProperty("errors").GetProperty("to")[0].GetString().ShouldBe(to);
    }

    [Fact]
    public async Task A_charset_in_quotes_is_read_by_every_operation()
    {
        foreach (var (method, path, operation) in (await Document()).Operations)
        {
            if (!operation.TryGetProperty("requestBody", out _))
                continue;
            var answer = await Ask(method, path, "application/json; charset=\"utf-8\"");
            ((int)answer.StatusCode).ShouldBeOneOf([200, 201, 202, 204, 400, 404, 409]);
            (await Ask(method, path, "application/json; charset=\"nonsense\"")).StatusCode.ShouldBe(
                HttpStatusCode.UnsupportedMediaType,
                $"{method} {path}"
            );
        }
    }

    [Fact]
    public async Task HEAD_is_answered_wherever_GET_is()
    {
        foreach (var (method, path, _) in (await Document()).Operations.Where(known => known.Method == HttpMethod.Get))
        {
            var head = await Ask(HttpMethod.Head, path, null);
            ((int)head.StatusCode).ShouldBeOneOf([200, 400, 404, 409], $"{method} {path}");
            (await head.Content.ReadAsByteArrayAsync(Stop)).ShouldBeEmpty();
        }
    }

    [Fact]
    public async Task A_position_beyond_the_end_of_the_log_is_refused_with_the_last_one()
    {
        var operations = await lab.City.Operator();
        var rider = await lab.City.Rider();
        var ride = await rider.Request(City.Alexanderplatz, City.Zoo);
        await lab.Settle();

        var refused = (await operations.Get("events?after=999999999")).ShouldBe(
            HttpStatusCode.BadRequest,
            "position_beyond_end"
        );
        var last = refused.Body!["lastPosition"]!.GetValue<long>();
        last.ShouldBeGreaterThan(0);
        (await operations.Get($"events?after={last}&type=RideRequested")).ShouldBe(HttpStatusCode.OK);
        (await operations.Get($"events?after={last + 1}&rideId={ride}")).ShouldBe(
            HttpStatusCode.BadRequest,
            "position_beyond_end"
        );

        foreach (var beyond in new[] { last + 1, long.MaxValue })
        {
            using var stream = await Stream(rider, ride, beyond);
            stream.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
            (await stream.Content.ReadAsStringAsync(Stop)).ShouldContain($"\"lastPosition\":{last}");
        }
        using var resumed = await Stream(rider, ride, last);
        resumed.StatusCode.ShouldBe(HttpStatusCode.OK);
        resumed.Content.Headers.ContentType!.MediaType.ShouldBe("text/event-stream");
        await rider.Post(
            $"rides/{ride}/cancel",
            new System.Text.Json.Nodes.JsonObject { ["reason"] = "changed my mind" }
        );
    }

    static Task<HttpResponseMessage> Stream(Person rider, string ride, long after)
    {
        var request = new HttpRequestMessage(HttpMethod.Get, $"rides/{ride}/events");
        request.Headers.Add("Last-Event-ID", $"{after}");
        return rider.Send(request);
    }

    static string NameOf(JsonElement parameter) => parameter.GetProperty("name").GetString()!;

    // Any text may be one that the operation understands.
    static bool IsText(JsonElement parameter)
    {
        var schema = parameter.GetProperty("schema");
        return !schema.TryGetProperty("format", out _)
            && schema.TryGetProperty("type", out var type)
            && type.ToString().Contains("string");
    }

    /// <summary>Sends the request in each role until one is authorized.</summary>
    async Task<HttpResponseMessage> Ask(
        HttpMethod method,
        string path,
        string? contentType,
        (string Name, string Value)? header = null
    )
    {
        var address = Regex.Replace(path.Replace("{position}", "1"), "{[^}]+}", Guid.CreateVersion7().ToString());
        foreach (var person in new Person[] { await Rider.Value, await Driver.Value, await Operator.Value })
        {
            using var request = new HttpRequestMessage(method, address);
            if (header is var (name, value))
                request.Headers.TryAddWithoutValidation(name, value);
            if (contentType is not null)
            {
                request.Content = new ByteArrayContent(Encoding.UTF8.GetBytes("{}"));
                request.Content.Headers.TryAddWithoutValidation("Content-Type", contentType);
            }
            var answer = await person.Send(request);
            if (answer.StatusCode != HttpStatusCode.Forbidden)
                return answer;
        }
        throw new InvalidOperationException($"No role may {method} {path}");
    }

    Lazy<Task<Person>> Rider => field ??= new(async () => await lab.City.Rider());

    Lazy<Task<Person>> Driver => field ??= new(async () => await lab.City.Driver());

    Lazy<Task<Person>> Operator => field ??= new(() => lab.City.Operator());

    async Task<ApiDocument> Document()
    {
        using var client = lab.CreateClient();
        using var document = JsonDocument.Parse(await client.GetStringAsync("/openapi/v1.json", Stop));
        return new ApiDocument(document.RootElement.Clone());
    }
}
