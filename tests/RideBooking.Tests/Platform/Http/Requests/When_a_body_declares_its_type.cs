using System.Net;
using System.Text;
using Microsoft.AspNetCore.Builder;
using RideBooking.Platform.Http.OpenApi;

namespace RideBooking.Tests.Platform.Http.Requests;

/// <summary>The forms in which a client may declare a JSON body, and those that are refused.</summary>
public sealed class When_a_body_declares_its_type(When_a_body_declares_its_type.Served served)
    : IClassFixture<When_a_body_declares_its_type.Served>
{
    public sealed class Served()
        : ServedApp(app =>
        {
            app.MapPublic("Tests").MapPost("/things", (Thing thing) => thing);
            app.MapPublic("Tests").MapPost("/maybe", (Thing? thing) => thing ?? new Thing("none"));
            app.MapPublic("Tests").MapPost("/none", () => "none");
        });

    internal sealed record Thing(string Name);

    readonly HttpApp app = served.App;

    async Task<HttpResponseMessage> Post(string? contentType, Encoding? encoding = null, string path = "/api/v1/things")
    {
        var body = new ByteArrayContent((encoding ?? Encoding.UTF8).GetBytes("""{"name":"Zoë"}"""));
        if (contentType is not null)
            body.Headers.TryAddWithoutValidation("Content-Type", contentType);
        using var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = body };
        return await app.Client.SendAsync(request, TestContext.Current.CancellationToken);
    }

    [Theory]
    [InlineData("application/json")]
    [InlineData("application/json; charset=utf-8")]
    [InlineData("application/json; charset=\"utf-8\"")]
    [InlineData("application/json;charset=\"UTF-8\"")]
    [InlineData("application/json; charset=\"utf\\-8\"")]
    [InlineData("APPLICATION/JSON; CHARSET=UTF-8; x=y")]
    [InlineData("application/json; x=\"a;b\"; charset=utf-8")]
    [InlineData("application/json; charset=utf8")]
    [InlineData("application/json ; charset=utf-8")]
    [InlineData("application/merge-patch+json; charset=\"utf-8\"")]
    public async Task A_legal_form_is_read(string contentType)
    {
        var answer = await Post(contentType);
        answer.StatusCode.ShouldBe(HttpStatusCode.OK, contentType);
        (await answer.Body()).GetProperty("name").GetString().ShouldBe("Zoë");
    }

    [Theory]
    [InlineData("utf-16")]
    [InlineData("\"utf-16\"")]
    [InlineData("iso-8859-1")]
    public async Task Another_encoding_that_is_known_is_read(string charset)
    {
        var answer = await Post($"application/json; charset={charset}", Encoding.GetEncoding(charset.Trim('"')));
        answer.StatusCode.ShouldBe(HttpStatusCode.OK);
        (await answer.Body()).GetProperty("name").GetString().ShouldBe("Zoë");
    }

    [Theory]
    [InlineData("application/json; charset=nonsense")]
    [InlineData("application/json; charset=\"nonsense\"")]
    [InlineData("application/json; charset=\"\"")]
    [InlineData("application/json; charset=utf-7")]
    [InlineData("application/json; charset=\"utf-8")]
    [InlineData("application/json; charset=utf-8; =")]
    [InlineData("application/json, application/json")]
    [InlineData("text/json")]
    [InlineData("text/plain; charset=\"utf-8\"")]
    [InlineData("*/*")]
    [InlineData("json")]
    [InlineData(";;;")]
    [InlineData("\"")]
    [InlineData(null)]
    public async Task Any_other_is_refused(string? contentType)
    {
        await (await Post(contentType)).ShouldBeProblem(415, "unsupported_media_type");
        await (await Post(contentType, path: "/api/v1/maybe")).ShouldBeProblem(415, "unsupported_media_type");
    }

    [Theory]
    [InlineData("application/json; charset=nonsense")]
    [InlineData("\"")]
    public async Task An_operation_without_a_body_does_not_mind(string contentType) =>
        (await Post(contentType, path: "/api/v1/none")).StatusCode.ShouldBe(HttpStatusCode.OK);
}
