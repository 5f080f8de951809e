using System.Net;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Runtime.CompilerServices;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;
using RideBooking.Platform.Http;
using RideBooking.Platform.Http.Authentication;
using RideBooking.Platform.Http.Limits;
using RideBooking.Platform.Http.OpenApi;
using RideBooking.Platform.Http.Streaming;

namespace RideBooking.Tests.Platform.Http.Limits;

/// <summary>Rate limits keep one caller from starving the others.</summary>
public sealed class LimitsTests
{
    static CancellationToken Stop => TestContext.Current.CancellationToken;

    // So slow that no permit is replenished while a test runs.
    static readonly (string, string)[] s_five =
    [
        ("Limits:Requests", "0.001"),
        ("Limits:Burst", "5"),
        ("Limits:AnonymousRequests", "0.001"),
        ("Limits:AnonymousBurst", "5"),
        ("Limits:BulkRequests", "0.1"),
    ];

    [Fact]
    public async Task A_caller_over_the_limit_learns_when_to_retry()
    {
        await using var app = await Start(s_five);
        var rider = await app.As("rider");
        for (var i = 0; i < 5; i++)
            (await rider.GetAsync("/api/v1/thing", Stop)).StatusCode.ShouldBe(HttpStatusCode.OK);

        var refused = await rider.GetAsync("/api/v1/thing", Stop);
        await refused.ShouldBeProblem(429, "rate_limited");
        refused.Headers.RetryAfter!.Delta!.Value.ShouldBeGreaterThan(TimeSpan.Zero);
    }

    [Fact]
    public async Task Callers_do_not_use_up_each_others_limit()
    {
        await using var app = await Start(s_five);
        for (var caller = 0; caller < 10; caller++)
        {
            var rider = await app.As("rider");
            for (var i = 0; i < 5; i++)
                (await rider.GetAsync("/api/v1/thing", Stop)).StatusCode.ShouldBe(HttpStatusCode.OK);
        }
    }

    [Fact]
    public async Task A_caller_without_a_valid_token_is_limited_by_address()
    {
        await using var app = await Start(s_five);
        for (var i = 0; i < 5; i++)
            (await app.WithToken($"wrong{i}").GetAsync("/api/v1/thing", Stop)).StatusCode.ShouldBe(
                HttpStatusCode.Unauthorized
            );
        await (await app.Client.GetAsync("/api/v1/thing", Stop)).ShouldBeProblem(429, "rate_limited");
        (await (await app.As("rider")).GetAsync("/api/v1/thing", Stop)).StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task Automatic_requests_of_a_device_do_not_count_toward_its_users_limit()
    {
        await using var app = await Start(s_five);
        var driver = await app.As("driver");
        (await driver.PutAsync("/api/v1/ping", null, Stop)).StatusCode.ShouldBe(HttpStatusCode.OK);
        await (await driver.PutAsync("/api/v1/ping", null, Stop)).ShouldBeProblem(429, "rate_limited");
        for (var i = 0; i < 5; i++)
            (await driver.GetAsync("/api/v1/thing", Stop)).StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task Probes_and_development_tokens_are_not_counted()
    {
        await using var app = await Start(s_five);
        for (var i = 0; i < 20; i++)
        {
            (await app.Client.GetAsync("/health/live", Stop)).StatusCode.ShouldBe(HttpStatusCode.OK);
            await app.As("rider");
        }
    }

    [Fact]
    public async Task A_caller_has_so_many_live_streams_at_a_time()
    {
        await using var app = await Start([("Limits:Streams", "2")]);
        var rider = await app.As("rider");
        var first = await Open(rider);
        using var second = await Open(rider);

        var refused = await Open(rider);
        await refused.ShouldBeProblem(429, "rate_limited");
        refused.Headers.RetryAfter.ShouldNotBeNull();
        (await Open(await app.As("rider"))).StatusCode.ShouldBe(HttpStatusCode.OK);

        first.Dispose();
        // The server notices it a moment later.
        await app.Services.GetRequiredService<StreamsEnded>().One.WaitAsync(WaitFor.Limit, Stop);
        while ((await Open(rider)).StatusCode != HttpStatusCode.OK)
            Stop.ThrowIfCancellationRequested();

        static Task<HttpResponseMessage> Open(HttpClient client) =>
            client.GetAsync("/api/v1/stream", HttpCompletionOption.ResponseHeadersRead, Stop);
    }

    [Fact]
    public async Task By_default_five_hundred_riders_at_one_address_are_allowed_but_unauthenticated_floods_are_not()
    {
        await using var app = await Start();
        var riders = new List<HttpClient>();
        for (var i = 0; i < 500; i++)
            riders.Add(await app.As("rider"));
        var answers = await Task.WhenAll(
            Enumerable.Range(0, 4).SelectMany(_ => riders).Select(rider => rider.GetAsync("/api/v1/thing", Stop))
        );
        answers.ShouldAllBe(answer => answer.StatusCode == HttpStatusCode.OK);

        var driver = await app.As("driver");
        for (var i = 0; i < 150; i++)
            (await driver.PutAsync("/api/v1/ping", null, Stop)).StatusCode.ShouldBe(HttpStatusCode.OK);

        var flood = await Task.WhenAll(
            Enumerable.Range(0, 1000).Select(_ => app.Client.GetAsync("/api/v1/thing", Stop))
        );
        flood.ShouldContain(answer => answer.StatusCode == HttpStatusCode.TooManyRequests);
    }

    [Fact]
    public async Task A_request_that_takes_too_long_is_cancelled_but_a_live_stream_is_not()
    {
        var clock = new FakeTimeProvider();
        await using var app = await Start([("Limits:RequestTimeout", "00:00:10")], clock);
        var rider = await app.As("rider");
        using var stream = await rider.GetAsync("/api/v1/stream", HttpCompletionOption.ResponseHeadersRead, Stop);
        var slow = rider.GetAsync("/api/v1/slow", Stop);
        await app.Services.GetRequiredService<SlowBegan>().Yes;

        clock.Advance(TimeSpan.FromSeconds(9));
        slow.IsCompleted.ShouldBeFalse();
        clock.Advance(TimeSpan.FromSeconds(2));

        var answer = await slow;
        await answer.ShouldBeProblem(503, "request_timeout");
        answer.Headers.RetryAfter.ShouldNotBeNull();
        app.Services.GetRequiredService<StreamsEnded>().One.IsCompleted.ShouldBeFalse();
    }

    [Fact]
    public async Task An_answer_that_is_ready_only_at_the_timeout_is_sent_in_full()
    {
        var clock = new FakeTimeProvider();
        await using var app = await Start([("Limits:RequestTimeout", "00:00:10")], clock);
        var late = (await app.As("rider")).GetAsync("/api/v1/late", Stop);
        await app.Services.GetRequiredService<SlowBegan>().Yes;
        clock.Advance(TimeSpan.FromSeconds(11));
        app.Services.GetRequiredService<LateEnds>().Now();

        var answer = await late;
        answer.StatusCode.ShouldBe(HttpStatusCode.OK);
        (await answer.Content.ReadFromJsonAsync<int[]>(Stop))!.Length.ShouldBe(100_000);
    }

    [Fact]
    public async Task A_client_that_sends_too_slowly_is_disconnected()
    {
        await using var server = await OnKestrel(("Limits:HeadersTimeout", "00:00:01"));
        var port = new Uri(server.Urls.Single()).Port;

        var answers = await Task.WhenAll(
            AnswerTo("GET / HTTP/1.1\r\nHost: localhost\r\nX-Never-Ending: "),
            AnswerTo(
                "POST /api/v1/body HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000\r\nContent-Type: application/json\r\n\r\n{"
            )
        );
        answers.ShouldAllBe(answer => answer.StartsWith("HTTP/1.1 408 ", StringComparison.Ordinal));

        async Task<string> AnswerTo(string beginning)
        {
            using var client = new TcpClient();
            await client.ConnectAsync(IPAddress.Loopback, port, Stop);
            await client.GetStream().WriteAsync(Encoding.ASCII.GetBytes(beginning), Stop);
            using var answer = new StreamReader(client.GetStream());
            return await answer.ReadLineAsync(Stop) ?? "";
        }
    }

    static Task<HttpApp> Start((string, string)[]? settings = null, TimeProvider? clock = null) =>
        HttpApp.Start(
            app =>
            {
                var callers = app.MapCallers("Tests", Role.Rider, Role.Driver);
                callers.MapGet("/thing", () => "thing");
                callers.MapPut("/ping", () => "pong").InBulk();
                callers.MapGet("/stream", (Caller _, StreamsEnded ended) => Stream(ended));
                callers.MapGet(
                    "/slow",
                    async (SlowBegan began, CancellationToken cancellationToken) =>
                    {
                        began.Now();
                        await Task.Delay(Timeout.Infinite, cancellationToken);
                    }
                );
                callers.MapGet(
                    "/late",
                    async (SlowBegan began, LateEnds ends) =>
                    {
                        began.Now();
                        await ends.Yes;
                        // More than one write can hold.
                        return Enumerable.Range(0, 100_000);
                    }
                );
            },
            configure: builder =>
            {
                builder.Services.AddSingleton<StreamsEnded>().AddSingleton<SlowBegan>().AddSingleton<LateEnds>();
                if (clock is not null)
                    builder.Services.AddSingleton(clock);
            },
            settings: settings ?? []
        );

    /// <summary>A real server: the in-memory server has no connections that could be slow.</summary>
    static async Task<WebApplication> OnKestrel(params (string Key, string Value)[] settings)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.Configuration["Auth:SigningKey"] = new string('k', 32);
        foreach (var (key, value) in settings)
            builder.Configuration[key] = value;
        builder.AddHttpConventions();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Services.PostConfigure<KestrelServerOptions>(kestrel =>
            kestrel.Limits.MinRequestBodyDataRate = new(
                kestrel.Limits.MinRequestBodyDataRate!.BytesPerSecond,
                TimeSpan.FromSeconds(1.5)
            )
        );
        var app = builder.Build();
        app.UseHttpConventions();
        app.MapPublic("Tests").MapPost("/body", (Body body) => body);
        await app.StartAsync(Stop);
        return app;
    }

    sealed record Body(string Text);

    static Results<ServerSentEvents, ProblemHttpResult> Stream(StreamsEnded ended)
    {
        return new ServerSentEvents(Nothing(ended));

        static async IAsyncEnumerable<ServerEvent> Nothing(
            StreamsEnded ended,
            [EnumeratorCancellation] CancellationToken cancellationToken = default
        )
        {
            try
            {
                await Task.Delay(Timeout.Infinite, cancellationToken);
            }
            finally
            {
                ended.Now();
            }
            yield break;
        }
    }

    class Happened
    {
        readonly TaskCompletionSource _happened = new(TaskCreationOptions.RunContinuationsAsynchronously);

        protected Task Task => _happened.Task;

        public void Now() => _happened.TrySetResult();
    }

    sealed class StreamsEnded : Happened
    {
        public Task One => Task;
    }

    sealed class SlowBegan : Happened
    {
        public Task Yes => Task;
    }

    sealed class LateEnds : Happened
    {
        public Task Yes => Task;
    }
}
