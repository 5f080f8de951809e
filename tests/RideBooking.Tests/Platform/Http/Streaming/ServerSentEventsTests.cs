using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using System.Threading.Channels;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;
using RideBooking.Platform.Http.Authentication;
using RideBooking.Platform.Http.OpenApi;
using RideBooking.Platform.Http.Streaming;

namespace RideBooking.Tests.Platform.Http.Streaming;

public sealed class ServerSentEventsTests : IAsyncLifetime
{
    readonly Channel<ServerEvent> events = Channel.CreateUnbounded<ServerEvent>();
    readonly TaskCompletionSource ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    readonly WatchedTime clock = new();
    HttpApp app = null!;

    static CancellationToken Stop => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() =>
        app = await HttpApp.Start(
            app =>
            {
                app.MapRiders()
                    .MapGet("/events", (Rider rider, LastEventId last) => new ServerSentEvents(Read(last.Value)));
                app.MapPublic("Tests").MapGet("/broken", () => new ServerSentEvents(Break()));
                app.MapPublic("Tests").MapGet("/cut", () => new ServerSentEvents(CutOff()));
                app.MapPublic("Tests").MapGet("/outage", () => new ServerSentEvents(Outage()));
                app.MapPublic("Tests")
                    .MapGet("/used", (Used used) => new ServerSentEvents(used.IsReleased ? Outage() : Read(0)));
            },
            configure: builder => builder.Services.AddSingleton<TimeProvider>(clock).AddScoped<Used>()
        );

    public ValueTask DisposeAsync() => app.DisposeAsync();

    async IAsyncEnumerable<ServerEvent> Read(
        long? after,
        [EnumeratorCancellation] CancellationToken cancellationToken = default
    )
    {
        try
        {
            await foreach (var happened in events.Reader.ReadAllAsync(cancellationToken))
                if (happened.Id is null || happened.Id > (after ?? 0))
                    yield return happened;
        }
        finally
        {
            ended.TrySetResult();
        }
    }

    static async IAsyncEnumerable<ServerEvent> Break()
    {
        yield return new ServerEvent(1, "first", 1);
        await Task.Yield();
        throw new InvalidOperationException("broken");
    }

    /// <summary>Throws the exception of a database driver whose connection is closed during a query.</summary>
    static async IAsyncEnumerable<ServerEvent> CutOff(
        [EnumeratorCancellation] CancellationToken cancellationToken = default
    )
    {
        yield return new ServerEvent(1, "first", 1);
        await Task.Delay(Timeout.Infinite, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        throw new ObjectDisposedException("the connection");
    }

    static async IAsyncEnumerable<ServerEvent> Outage()
    {
        yield return new ServerEvent(1, "first", 1);
        await Task.Yield();
        throw new IOException("connection lost", new System.Net.Sockets.SocketException(111));
    }

    /// <summary>What an endpoint needs to decide on the request, such as a database context.</summary>
    sealed class Used : IDisposable
    {
        public static readonly ConcurrentQueue<Used> Released = new();

        public bool IsReleased { get; private set; }

        public void Dispose()
        {
            IsReleased = true;
            Released.Enqueue(this);
        }
    }

    async Task<(HttpResponseMessage Answer, StreamReader Lines)> Open(string? lastEventId = null, string query = "")
    {
        var client = await app.As("rider");
        using var request = new HttpRequestMessage(HttpMethod.Get, $"/api/v1/events{query}");
        if (lastEventId is not null)
            request.Headers.TryAddWithoutValidation("Last-Event-ID", lastEventId);
        var answer = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, Stop);
        return (answer, new StreamReader(await answer.Content.ReadAsStreamAsync(Stop)));
    }

    static async Task<string> Frame(StreamReader lines)
    {
        var frame = new List<string>();
        while (await lines.ReadLineAsync(Stop) is { Length: > 0 } line)
            frame.Add(line);
        return string.Join('|', frame);
    }

    [Fact]
    public async Task A_stream_opens_at_once_and_carries_events_as_they_come()
    {
        var (answer, lines) = await Open();
        answer.Content.Headers.ContentType!.MediaType.ShouldBe("text/event-stream");
        answer.Headers.CacheControl!.NoStore.ShouldBeTrue();
        answer.Headers.GetValues("X-Accel-Buffering").ShouldBe(["no"]);
        (await Frame(lines)).ShouldBe("retry: 2000");

        events.Writer.TryWrite(new ServerEvent(7, "rideStarted", new { Note = "two\nlines", Role = Role.Rider }));
        (await Frame(lines)).ShouldBe("""id: 7|event: rideStarted|data: {"note":"two\nlines","role":"rider"}""");
        events.Writer.TryWrite(new ServerEvent(null, "hint", 1));
        (await Frame(lines)).ShouldBe("event: hint|data: 1");

        events.Writer.Complete();
        (await lines.ReadToEndAsync(Stop)).ShouldBe("");
    }

    [Fact]
    public async Task An_open_stream_holds_nothing_of_its_endpoint()
    {
        using var lines = await Read("/api/v1/used");
        (await Frame(lines)).ShouldBe("retry: 2000");

        Used.Released.ShouldHaveSingleItem("it was released before the stream began");

        events.Writer.TryWrite(new ServerEvent(1, "x", 1));
        (await Frame(lines)).ShouldBe("id: 1|event: x|data: 1");
    }

    [Fact]
    public async Task A_quiet_stream_sends_a_comment_every_15_seconds_and_loses_nothing()
    {
        var (_, lines) = await Open();
        (await Frame(lines)).ShouldBe("retry: 2000");
        for (var beat = 0; beat < 3; beat++)
        {
            await clock.Waiting.Reader.ReadAsync(Stop);
            clock.Advance(TimeSpan.FromSeconds(15));
            (await Frame(lines)).ShouldBe(":");
        }

        events.Writer.TryWrite(new ServerEvent(1, "x", 1));
        (await Frame(lines)).ShouldBe("id: 1|event: x|data: 1");
    }

    [Theory]
    [InlineData("2", "")]
    [InlineData(null, "?lastEventId=2")]
    public async Task A_reconnecting_client_continues_after_the_last_event_it_received(string? header, string query)
    {
        foreach (var id in new long[] { 1, 2, 3 })
            events.Writer.TryWrite(new ServerEvent(id, "x", id));
        var (_, lines) = await Open(header, query);
        await Frame(lines);
        (await Frame(lines)).ShouldBe("id: 3|event: x|data: 3");
    }

    [Theory]
    [InlineData("garbage")]
    [InlineData("-1")]
    [InlineData("1.5")]
    [InlineData("99999999999999999999")]
    public async Task An_impossible_last_event_id_is_refused(string id)
    {
        var (answer, _) = await Open(id);
        await answer.ShouldRefuse("Last-Event-ID");
    }

    [Fact]
    public async Task A_client_that_leaves_ends_the_reading()
    {
        var (answer, lines) = await Open();
        await Frame(lines);
        answer.Dispose();
        await ended.Task.WaitAsync(WaitFor.Limit, Stop);
    }

    [Fact]
    public async Task A_stopping_process_ends_the_stream_cleanly()
    {
        var (_, lines) = await Open();
        await Frame(lines);
        app.Services.GetRequiredService<IHostApplicationLifetime>().StopApplication();
        (await lines.ReadToEndAsync(Stop)).ShouldBe("");
        await ended.Task.WaitAsync(WaitFor.Limit, Stop);
    }

    [Fact]
    public async Task A_source_that_fails_at_shutdown_is_not_an_error()
    {
        using var lines = await Read("/api/v1/cut");
        (await Frame(lines)).ShouldBe("retry: 2000");
        (await Frame(lines)).ShouldEndWith("data: 1");

        app.Services.GetRequiredService<IHostApplicationLifetime>().StopApplication();

        (await lines.ReadToEndAsync(Stop)).ShouldBe("");
        app.Log.ShouldNotContain(entry => entry.Level >= LogLevel.Warning);
    }

    [Fact]
    public async Task A_dependency_that_is_unavailable_ends_the_stream_cleanly_with_one_warning()
    {
        using var lines = await Read("/api/v1/outage");

        (await lines.ReadToEndAsync(Stop)).ShouldEndWith("data: 1\n\n");

        app.Log.Where(entry => entry.Level >= LogLevel.Warning).ShouldHaveSingleItem().Level.ShouldBe(LogLevel.Warning);
    }

    [Fact]
    public async Task A_stream_ends_with_the_token_that_opened_it()
    {
        var (_, lines) = await Open();
        await Frame(lines);
        clock.Advance(TimeSpan.FromHours(13));
        await lines.ReadToEndAsync(Stop);
        await ended.Task.WaitAsync(WaitFor.Limit, Stop);
    }

    [Fact]
    public async Task A_failing_source_aborts_the_connection_so_that_the_client_reconnects()
    {
        using var lines = await Read("/api/v1/broken");
        await Should.ThrowAsync<Exception>(() => lines.ReadToEndAsync(Stop));
        app.Log.ShouldContain(entry => entry.Exception is InvalidOperationException);
    }

    async Task<StreamReader> Read(string path)
    {
        var answer = await app.Client.GetAsync(path, HttpCompletionOption.ResponseHeadersRead, Stop);
        return new StreamReader(await answer.Content.ReadAsStreamAsync(Stop));
    }

    /// <summary>A clock that signals each wait for the heartbeat, so that a test advances the time only then.</summary>
    sealed class WatchedTime() : FakeTimeProvider(new DateTimeOffset(2026, 1, 10, 10, 10, 0, TimeSpan.Zero))
    {
        public Channel<bool> Waiting { get; } = Channel.CreateUnbounded<bool>();

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            var timer = base.CreateTimer(callback, state, dueTime, period);
            if (dueTime == ServerSentEvents.Heartbeat)
                Waiting.Writer.TryWrite(true);
            return timer;
        }
    }
}
