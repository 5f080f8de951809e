using System.Net;
using Microsoft.AspNetCore.Builder;
using RideBooking.Platform.Configuration;
using RideBooking.Platform.Http.Authentication;
using RideBooking.Platform.Http.OpenApi;

namespace RideBooking.Tests.Platform.Http;

public sealed class CorsTests
{
    const string Ours = "https://app.example.com";

    static Task<HttpApp> Start(params (string Key, string Value)[] settings) =>
        HttpApp.Start(
            app =>
            {
                app.MapRiders().MapGet("/rides", (Rider rider) => "rides");
                app.MapRiders().MapPost("/rides", (Rider rider) => "made");
            },
            settings: settings
        );

    static async Task<HttpResponseMessage> Send(HttpApp app, HttpMethod method, string origin, string? asks = null)
    {
        using var request = new HttpRequestMessage(method, "/api/v1/rides");
        request.Headers.Add("Origin", origin);
        if (asks is not null)
        {
            request.Headers.Add("Access-Control-Request-Method", asks);
            request.Headers.Add("Access-Control-Request-Headers", "authorization,content-type,idempotency-key");
        }
        return await app.Client.SendAsync(request, TestContext.Current.CancellationToken);
    }

    static string? Header(HttpResponseMessage answer, string name) =>
        answer.Headers.TryGetValues(name, out var values) ? string.Join(',', values) : null;

    [Fact]
    public async Task A_preflight_of_a_listed_origin_is_allowed_without_a_token()
    {
        await using var app = await Start(("Cors:Origins", $"https://other.example.com, {Ours}"));
        foreach (var method in new[] { "GET", "POST", "PUT", "DELETE" })
        {
            var answer = await Send(app, HttpMethod.Options, Ours, method);
            answer.StatusCode.ShouldBe(HttpStatusCode.NoContent);
            Header(answer, "Access-Control-Allow-Origin").ShouldBe(Ours);
            Header(answer, "Access-Control-Allow-Methods").ShouldNotBeNull().ShouldContain(method);
            Header(answer, "Access-Control-Allow-Headers").ShouldNotBeNull().ShouldContain("idempotency-key");
            Header(answer, "Access-Control-Allow-Credentials").ShouldBeNull();
        }
    }

    [Fact]
    public async Task Every_answer_to_it_can_be_read_refusals_too()
    {
        await using var app = await Start(("Cors:Origins:0", Ours));
        var answer = await Send(app, HttpMethod.Get, Ours);
        answer.StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
        Header(answer, "Access-Control-Allow-Origin").ShouldBe(Ours);
        string[] exposed =
        [
            "Location",
            "ETag",
            "Retry-After",
            "Idempotency-Replayed",
            "Location-Report",
            "Location-Sequence",
        ];
        foreach (var name in exposed)
            Header(answer, "Access-Control-Expose-Headers").ShouldNotBeNull().ShouldContain(name);
    }

    [Theory]
    [InlineData(null, Ours)]
    [InlineData("", Ours)]
    [InlineData(Ours, "https://app.example.com.evil.example")]
    [InlineData(Ours, "http://app.example.com")]
    [InlineData(Ours, "null")]
    public async Task Any_other_origin_is_not(string? setting, string origin)
    {
        await using var app = setting is null ? await Start() : await Start(("Cors:Origins", setting));
        Header(await Send(app, HttpMethod.Options, origin, "POST"), "Access-Control-Allow-Origin").ShouldBeNull();
        Header(await Send(app, HttpMethod.Get, origin), "Access-Control-Allow-Origin").ShouldBeNull();
    }

    [Theory]
    [InlineData("app.example.com")]
    [InlineData("https://app.example.com/")]
    [InlineData("https://app.example.com/app")]
    [InlineData("https://app.example.com:443")]
    [InlineData("https://App.example.com")]
    [InlineData("https://me@app.example.com")]
    [InlineData("ftp://app.example.com")]
    [InlineData("https://*.example.com")]
    [InlineData(Ours + ",*")]
    [InlineData(Ours + ",null")]
    public async Task What_is_not_an_origin_stops_the_start(string setting)
    {
        var wrong = await Should.ThrowAsync<ConfigurationException>(() => Start(("Cors:Origins", setting)));
        wrong.Message.ShouldContain("Cors:Origins");
    }
}
