using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using RideBooking.Platform.Http.OpenApi;
using RideBooking.Platform.Http.Streaming;

namespace RideBooking.Tests.Platform.Http.Requests;

public sealed class HeadRequestsTests(HeadRequestsTests.Served served) : IClassFixture<HeadRequestsTests.Served>
{
    public sealed class Served()
        : ServedApp(app =>
        {
            var all = app.MapPublic("Tests");
            all.MapGet(
                "/things",
                (HttpResponse response) =>
                {
                    response.Headers.ETag = "\"1\"";
                    return TypedResults.Ok(new { name = "Zoë" });
                }
            );
            all.MapGet("/broken", string () => throw new InvalidOperationException("broken"));
            all.MapGet("/stream", () => new ServerSentEvents(Never()));
            all.MapPost("/orders", () => "made");
        });

    static async IAsyncEnumerable<ServerEvent> Never()
    {
        await new TaskCompletionSource().Task;
        yield break;
    }

    readonly HttpApp app = served.App;

    Task<HttpResponseMessage> Send(HttpMethod method, string path) =>
        app.Client.SendAsync(new HttpRequestMessage(method, path), TestContext.Current.CancellationToken);

    [Theory]
    [InlineData("/api/v1/things")]
    [InlineData("/api/v1/things?unknown=1")]
    [InlineData("/api/v1/nowhere")]
    [InlineData("/api/v1/broken")]
    [InlineData("/health/ready")]
    [InlineData("/openapi/v1.json")]
    public async Task It_answers_as_get_does_without_the_body(string path)
    {
        var (get, head) = (await Send(HttpMethod.Get, path), await Send(HttpMethod.Head, path));
        head.StatusCode.ShouldBe(get.StatusCode);
        head.Content.Headers.ContentType.ShouldBe(get.Content.Headers.ContentType);
        head.Headers.ETag.ShouldBe(get.Headers.ETag);
        var body = await get.Content.ReadAsByteArrayAsync(TestContext.Current.CancellationToken);
        (await head.Content.ReadAsByteArrayAsync(TestContext.Current.CancellationToken)).ShouldBeEmpty();
        head.Content.Headers.ContentLength.ShouldBe(body.Length);
    }

    [Fact]
    public async Task A_stream_ends_after_its_headers()
    {
        var answer = await Send(HttpMethod.Head, "/api/v1/stream");
        answer.StatusCode.ShouldBe(HttpStatusCode.OK);
        answer.Content.Headers.ContentType!.MediaType.ShouldBe("text/event-stream");
    }

    [Fact]
    public async Task Where_nothing_is_read_it_is_not_allowed()
    {
        var answer = await Send(HttpMethod.Head, "/api/v1/orders");
        answer.StatusCode.ShouldBe(HttpStatusCode.MethodNotAllowed);
        answer.Content.Headers.Allow.ShouldBe(["POST"]);
    }
}
