using System.Net;
using System.Text;
using System.Threading.Channels;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Time.Testing;
using RideBooking.Platform.Http;
using RideBooking.Platform.Http.Idempotency;
using RideBooking.Platform.Persistence;

namespace RideBooking.Tests.Http;

public sealed class IdempotencyTests : IAsyncLifetime
{
    static readonly DateTimeOffset Start = new(2026, 1, 10, 10, 10, 0, TimeSpan.Zero);
    static readonly IdempotencySettings s_settings = new();

    readonly string file = Path.Combine(Path.GetTempPath(), $"idempotency-{Guid.NewGuid():N}.db");
    readonly FakeTimeProvider clock = new(Start);
    readonly Work work = new();
    HttpApp app = null!;

    static CancellationToken Stop => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        app = await StartApp(clock);
        await using var scope = app.Services.CreateAsyncScope();
        await Tables.CreateIn(scope.ServiceProvider.GetRequiredService<AppDbContext>(), Stop);
    }

    public async ValueTask DisposeAsync()
    {
        work.Go();
        await app.DisposeAsync();
        Microsoft.Data.Sqlite.SqliteConnection.ClearAllPools();
        File.Delete(file);
    }

    /// <summary>A replica: a process of its own, but for the database.</summary>
    Task<HttpApp> StartApp(TimeProvider time, IdempotencySettings? settings = null) =>
        HttpApp.Start(
            Map,
            configure: builder =>
            {
                builder.Services.AddSingleton(time);
                builder.Services.AddSingleton(settings ?? s_settings);
                builder.Services.AddPersistence(builder.Configuration);
            },
            settings:
            [
                ("ConnectionStrings:RideBooking", $"Data Source={file}"),
                ("Auth:SigningKey", new string('k', 32)),
                // A lease that is not renewed is what ends an attempt here.
                ("Limits:RequestTimeout", "01:00:00"),
            ]
        );

    void Map(WebApplication app)
    {
        foreach (
            var group in new[]
            {
                app.MapPublic("Tests"),
                app.MapGroup("/rider").MapRiders(),
                app.MapGroup("/driver").MapDrivers(),
            }
        )
        {
            group.MapPost(
                "/orders",
                async (Order order, IdempotentRequest request, HttpResponse response, CancellationToken stop) =>
                {
                    var attempt = await work.Begin(request.IdFor("order"), stop);
                    response.Headers.ETag = "\"1\"";
                    return order.Answer switch
                    {
                        0 => TypedResults.Created($"/api/v1/orders/{attempt}", new { attempt, order.Name }),
                        1 => throw new InvalidOperationException("broken"),
                        2 => throw new DbUpdateConcurrencyException("raced"),
                        204 => TypedResults.NoContent(),
                        404 => TypedResults.NotFound(),
                        409 => (IResult)Problem.Conflict("sold_out", $"Attempt {attempt}."),
                        1000 => TypedResults.Text(new string('x', 300_000)),
                        _ => TypedResults.StatusCode(order.Answer),
                    };
                }
            );
            group.MapPost("/other-orders", (Order order) => work.Begin(Guid.Empty, default));
            group.MapGet("/orders", () => work.Begin(Guid.Empty, default));
        }

        app.MapPublic("Tests")
            .MapPost(
                "/unsaved",
                (AppDbContext db) =>
                {
                    db.Add(Row(Guid.CreateVersion7(), Start));
                    return "not saved";
                }
            );
    }

    internal sealed record Order(string Name, int Answer);

    /// <summary>What the endpoint does: counts its attempts, and waits where a test wants it to.</summary>
    sealed class Work
    {
        readonly TaskCompletionSource begun = new(TaskCreationOptions.RunContinuationsAsynchronously);
        TaskCompletionSource? gate;
        int attempts;

        public int Attempts => attempts;

        public List<Guid> Ids { get; } = [];

        public Task Begun => begun.Task;

        public void Hold() => gate = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);

        public void Go() => gate?.TrySetResult();

        public async Task<int> Begin(Guid id, CancellationToken stop)
        {
            var attempt = Interlocked.Increment(ref attempts);
            lock (Ids)
                Ids.Add(id);
            begun.TrySetResult();
            if (gate is { } held && attempt == 1)
                await held.Task.WaitAsync(stop);
            return attempt;
        }
    }

    static IdempotencyKey Row(Guid id, DateTimeOffset created) =>
        new()
        {
            Id = id,
            Caller = "anonymous",
            Fingerprint = "x",
            RequestId = Guid.CreateVersion7(),
            Owner = Guid.CreateVersion7(),
            LeaseUntil = created,
            CreatedAt = created,
            Status = 200,
        };

    static async Task<HttpResponseMessage> Post(
        HttpApp app,
        string? key,
        string name = "tea",
        int answer = 0,
        string path = "/api/v1/orders",
        HttpClient? client = null,
        CancellationTokenSource? hangUp = null
    )
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, path)
        {
            Content = HttpAnswers.Json($$"""{"name":"{{name}}","answer":{{answer}}}"""),
        };
        if (key is not null)
            request.Headers.TryAddWithoutValidation("Idempotency-Key", key);
        return await (client ?? app.Client).SendAsync(request, hangUp?.Token ?? Stop);
    }

    Task<HttpResponseMessage> Post(string? key, string name = "tea", int answer = 0, string path = "/api/v1/orders") =>
        Post(app, key, name, answer, path);

    static bool IsReplay(HttpResponseMessage answer) =>
        answer.Headers.TryGetValues("Idempotency-Replayed", out var values) && values.Single() == "true";

    async Task<List<IdempotencyKey>> Rows()
    {
        await using var scope = app.Services.CreateAsyncScope();
        return await scope.ServiceProvider.GetRequiredService<AppDbContext>().Set<IdempotencyKey>().ToListAsync(Stop);
    }

    [Fact]
    public async Task A_repeat_gets_the_first_answer_whole_and_is_marked()
    {
        var first = await Post("k1");
        var repeat = await Post("k1");
        work.Attempts.ShouldBe(1);
        IsReplay(first).ShouldBeFalse();
        IsReplay(repeat).ShouldBeTrue();
        foreach (var answer in new[] { first, repeat })
        {
            answer.StatusCode.ShouldBe(HttpStatusCode.Created);
            answer.Headers.Location!.ToString().ShouldBe("/api/v1/orders/1");
            answer.Headers.ETag!.Tag.ShouldBe("\"1\"");
            answer.Content.Headers.ContentType!.ToString().ShouldBe("application/json; charset=utf-8");
            (await answer.Content.ReadAsStringAsync(Stop)).ShouldBe("""{"attempt":1,"name":"tea"}""");
        }
    }

    [Fact]
    public async Task Without_a_key_every_post_is_its_own()
    {
        await Post(null);
        await Post(null);
        work.Attempts.ShouldBe(2);
        work.Ids.Distinct().Count().ShouldBe(2);
        (await Rows()).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_key_used_for_another_body_path_or_query_is_refused()
    {
        await Post("k1");
        foreach (
            var other in new[]
            {
                await Post("k1", "coffee"),
                await Post("k1", path: "/api/v1/other-orders"),
                await Post("k1", path: "/api/v1/orders?now=true"),
            }
        )
            await other.ShouldBeProblem(422, "idempotency_key_reused");
        work.Attempts.ShouldBe(1);
    }

    [Fact]
    public async Task A_key_belongs_to_its_caller_in_a_role()
    {
        var (anna, bela) = (await app.As("rider", "anna"), await app.As("rider", "bela"));
        var driving = await app.As("driver", "anna");
        foreach (var client in new[] { anna, bela })
        {
            var answer = await Post(app, "k1", path: "/rider/api/v1/orders", client: client);
            answer.StatusCode.ShouldBe(HttpStatusCode.Created);
            IsReplay(answer).ShouldBeFalse();
        }

        (await Post(app, "k1", path: "/driver/api/v1/orders", client: driving)).StatusCode.ShouldBe(
            HttpStatusCode.Created
        );
        (await Post("k1")).StatusCode.ShouldBe(HttpStatusCode.Created);
        work.Attempts.ShouldBe(4);
        IsReplay(await Post(app, "k1", path: "/rider/api/v1/orders", client: anna)).ShouldBeTrue();
    }

    [Fact]
    public async Task Keys_differ_by_case()
    {
        await Post("key");
        await Post("KEY");
        work.Attempts.ShouldBe(2);
    }

    [Fact]
    public async Task An_answer_is_replayed_only_to_those_who_may_ask()
    {
        var anna = await app.As("rider", "anna");
        await Post(app, "k1", path: "/rider/api/v1/orders", client: anna);
        await (await Post(app, "k1", path: "/rider/api/v1/orders")).ShouldBeProblem(401, "unauthorized");
        var driver = await app.As("driver", "anna");
        await (await Post(app, "k1", path: "/rider/api/v1/orders", client: driver)).ShouldBeProblem(403, "forbidden");
        (await Rows()).Count.ShouldBe(1);
    }

    public static TheoryData<string> BadKeys() => ["a b", "\u00e9", "tab\there", new string('k', 256)];

    [Theory]
    [MemberData(nameof(BadKeys))]
    public async Task A_key_is_1_to_255_visible_ascii_characters(string key)
    {
        await (await Post(key)).ShouldRefuse("Idempotency-Key");
        work.Attempts.ShouldBe(0);
    }

    [Theory]
    [InlineData("k")]
    [InlineData("\"8e03978e-40d5-43dd-bc93-6894a57f9324\"")]
    [InlineData("!#$%&'()*+,-./:;<=>?@[]^_`{|}~")]
    public async Task Any_visible_ascii_makes_a_key(string key) =>
        (await Post(key)).StatusCode.ShouldBe(HttpStatusCode.Created);

    [Fact]
    public async Task A_key_of_255_characters_is_a_key() =>
        (await Post(new string('k', 255))).StatusCode.ShouldBe(HttpStatusCode.Created);

    [Fact]
    public async Task Two_keys_in_one_request_are_refused()
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/v1/orders");
        request.Headers.Add("Idempotency-Key", ["a", "b"]);
        await (await app.Client.SendAsync(request, Stop)).ShouldRefuse("Idempotency-Key");
    }

    [Fact]
    public async Task Repeats_that_come_at_once_wait_and_get_the_one_answer()
    {
        work.Hold();
        var all = Enumerable.Range(0, 20).Select(_ => Post("k1")).ToList();
        await work.Begun;
        work.Go();
        var answers = await Task.WhenAll(all);
        work.Attempts.ShouldBe(1);
        answers.ShouldAllBe(answer => answer.StatusCode == HttpStatusCode.Created);
        answers.Count(IsReplay).ShouldBe(19);
        app.Services.GetRequiredService<RequestGates>().Count.ShouldBe(0);
    }

    [Theory]
    [InlineData(1, 500)]
    [InlineData(2, 409)]
    [InlineData(429, 429)]
    [InlineData(500, 500)]
    [InlineData(503, 503)]
    public async Task An_answer_that_says_try_again_is_not_kept_but_the_ids_are(int answer, int status)
    {
        foreach (var _ in new[] { 1, 2, 3 })
        {
            var attempt = await Post("k1", answer: answer);
            ((int)attempt.StatusCode).ShouldBe(status);
            IsReplay(attempt).ShouldBeFalse();
        }

        work.Attempts.ShouldBe(3);
        work.Ids.Distinct().Count().ShouldBe(1);
        work.Ids[0].Version.ShouldBe(7);
    }

    [Theory]
    [InlineData(204)]
    [InlineData(404)]
    [InlineData(409)]
    public async Task Every_other_answer_is_kept(int answer)
    {
        foreach (var replay in new[] { false, true })
        {
            var attempt = await Post("k1", answer: answer);
            ((int)attempt.StatusCode).ShouldBe(answer);
            IsReplay(attempt).ShouldBe(replay);
            if (answer == 404)
                await attempt.ShouldBeProblem(404, "not_found");
            if (answer == 409)
                (await attempt.ShouldBeProblem(409, "sold_out"))
                    .GetProperty("detail")
                    .GetString()
                    .ShouldBe("Attempt 1.");
        }

        work.Attempts.ShouldBe(1);
    }

    [Fact]
    public async Task A_malformed_request_is_answered_the_same_again()
    {
        await (await Post("k1", "\"oops")).ShouldBeProblem(400, "malformed_request");
        var repeat = await Post("k1", "\"oops");
        await repeat.ShouldBeProblem(400, "malformed_request");
        IsReplay(repeat).ShouldBeTrue();
        await (await Post("k1", "tea")).ShouldBeProblem(422, "idempotency_key_reused");
    }

    [Fact]
    public async Task A_body_that_is_too_large_is_refused_under_a_key_too()
    {
        await (await Post("k1", new string('x', 70_000))).ShouldBeProblem(413, "body_too_large");
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/v1/orders")
        {
            Content = new StreamContent(new OneWay(Encoding.UTF8.GetBytes(new string(' ', 70_000)))),
        };
        request.Headers.Add("Idempotency-Key", "k2");
        request.Headers.TransferEncodingChunked = true;
        await (await app.Client.SendAsync(request, Stop)).ShouldBeProblem(413, "body_too_large");
        (await Rows()).ShouldBeEmpty();
    }

    sealed class OneWay(byte[] bytes) : MemoryStream(bytes)
    {
        public override bool CanSeek => false;
    }

    [Fact]
    public async Task A_key_means_nothing_where_no_post_is_taken()
    {
        await (await Post("k1", path: "/api/v1/nowhere")).ShouldBeProblem(404, "not_found");
        await (await Post("k1", path: "/health/nowhere")).ShouldBeProblem(404, "not_found");
        using var request = new HttpRequestMessage(HttpMethod.Get, "/api/v1/orders");
        request.Headers.Add("Idempotency-Key", "k1");
        (await app.Client.SendAsync(request, Stop)).StatusCode.ShouldBe(HttpStatusCode.OK);
        (await Rows()).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_client_that_hangs_up_finds_the_answer_when_it_repeats()
    {
        work.Hold();
        using var hangUp = CancellationTokenSource.CreateLinkedTokenSource(Stop);
        var lost = Post(app, "k1", hangUp: hangUp);
        await work.Begun;
        await hangUp.CancelAsync();
        work.Go();
        await Should.ThrowAsync<OperationCanceledException>(() => lost);
        var repeat = await Post("k1");
        repeat.StatusCode.ShouldBe(HttpStatusCode.Created);
        IsReplay(repeat).ShouldBeTrue();
        work.Attempts.ShouldBe(1);
    }

    [Fact]
    public async Task An_attempt_that_takes_its_time_keeps_its_claim()
    {
        await using var other = await StartApp(clock, s_settings with { Wait = TimeSpan.Zero });
        work.Hold();
        var slow = Post("k1");
        await work.Begun;
        var leases = app.Services.GetRequiredService<ClaimLeases>();
        app.Services.GetServices<IHostedService>().ShouldContain(leases);

        for (var elapsed = TimeSpan.Zero; elapsed < s_settings.Lease * 3; elapsed += s_settings.RenewEvery)
        {
            clock.Advance(s_settings.RenewEvery);
            await leases.Renew(Stop);
        }
        await (await Post(other, "k1")).ShouldBeProblem(409, "request_in_progress");

        work.Go();
        (await slow).StatusCode.ShouldBe(HttpStatusCode.Created);
        IsReplay(await Post("k1")).ShouldBeTrue();
        work.Attempts.ShouldBe(1);
    }

    [Fact]
    public async Task An_attempt_whose_lease_was_not_renewed_is_given_up_and_may_be_repeated()
    {
        await using var stuck = await StartApp(clock, s_settings with { RenewEvery = TimeSpan.FromHours(1) });
        work.Hold();
        var slow = Post(stuck, "k1");
        await work.Begun;
        clock.Advance(s_settings.Lease - s_settings.LeaseMargin);
        await (await slow).ShouldBeProblem(503, "unavailable");
        (await Post("k1")).StatusCode.ShouldBe(HttpStatusCode.Created);
        work.Ids.Distinct().Count().ShouldBe(1);
    }

    [Fact]
    public async Task A_claim_that_was_lost_is_not_renewed()
    {
        var taking = Start + s_settings.Lease * 1.1;
        await using var other = await StartApp(new FakeTimeProvider(taking));
        var (mine, theirs) = (
            app.Services.GetRequiredService<IdempotencyStore>(),
            other.Services.GetRequiredService<IdempotencyStore>()
        );
        var id = Guid.CreateVersion7();
        var lost = (Claim.Granted)await mine.Claim(id, "anonymous", "x", Stop);
        ((Claim.Granted)await theirs.Claim(id, "anonymous", "x", Stop)).IsTakenOver.ShouldBeTrue();

        await mine.Renew([lost], Start + s_settings.RenewEvery, Stop);

        (await Rows()).Single().LeaseUntil.ShouldBe(taking + s_settings.Lease);
    }

    [Fact]
    public async Task A_claim_that_took_longer_to_write_than_it_lasts_is_given_up()
    {
        var leases = app.Services.GetRequiredService<ClaimLeases>();
        var claim = (Claim.Granted)
            await app.Services.GetRequiredService<IdempotencyStore>().Claim(Guid.CreateVersion7(), "x", "x", Stop);
        clock.Advance(s_settings.Lease);

        using var lease = leases.Hold(claim);

        lease.Ended.IsCancellationRequested.ShouldBeTrue();
    }

    [Fact]
    public async Task A_claim_that_was_released_is_not_revived_by_a_renewal_on_its_way()
    {
        var store = app.Services.GetRequiredService<IdempotencyStore>();
        var began = clock.GetUtcNow();
        var claim = (Claim.Granted)await store.Claim(Guid.CreateVersion7(), "anonymous", "x", Stop);
        clock.Advance(s_settings.RenewEvery);
        var renewing = clock.GetUtcNow();
        clock.Advance(TimeSpan.FromMilliseconds(1));

        await store.Release(claim, Stop);
        await store.Renew([claim], renewing, Stop);

        (await Rows()).Single().LeaseUntil.ShouldBe(began);
    }

    [Fact]
    public async Task What_a_process_had_not_answered_when_it_died_is_carried_out_at_once_by_the_only_one_after_it()
    {
        await using var dead = await StartApp(clock);
        work.Hold();
        var lost = Post(dead, "k1");
        await work.Begun;
        var store = app.Services.GetRequiredService<IdempotencyStore>();

        (await store.ReleaseAbandoned(Stop)).ShouldBe(1);
        var repeat = await Post("k1");
        repeat.StatusCode.ShouldBe(HttpStatusCode.Created);
        IsReplay(repeat).ShouldBeFalse();
        work.Ids.Distinct().Count().ShouldBe(1, "whatever the first one has created, it is the same");
        (await store.ReleaseAbandoned(Stop)).ShouldBe(0, "what was answered stays so");

        work.Go();
        await lost;
        (await (await Post("k1")).Content.ReadAsStringAsync(Stop)).ShouldBe(
            await repeat.Content.ReadAsStringAsync(Stop),
            "who lost the claim changes nothing"
        );
    }

    [Fact]
    public async Task While_another_process_carries_it_out_a_repeat_is_told_to_come_back()
    {
        await using var other = await StartApp(clock, s_settings with { Wait = TimeSpan.Zero });
        work.Hold();
        var first = Post("k1");
        await work.Begun;
        var repeat = await Post(other, "k1");
        await repeat.ShouldBeProblem(409, "request_in_progress");
        repeat.Headers.RetryAfter!.Delta.ShouldBe(TimeSpan.FromSeconds(1));
        await (await Post(other, "k1", "coffee")).ShouldBeProblem(422, "idempotency_key_reused");

        work.Go();
        (await first).StatusCode.ShouldBe(HttpStatusCode.Created);
        IsReplay(await Post(other, "k1")).ShouldBeTrue();
        work.Attempts.ShouldBe(1);
    }

    [Fact]
    public async Task A_repeat_in_another_process_waits_a_while_for_the_answer()
    {
        var time = new Polled(Start);
        await using var other = await StartApp(time);
        work.Hold();
        var first = Post("k1");
        await work.Begun;
        var repeat = Post(other, "k1");
        await time.Polls.Reader.ReadAsync(Stop);
        work.Go();
        await first;
        time.Advance(TimeSpan.FromMilliseconds(200));
        var answer = await repeat;
        answer.StatusCode.ShouldBe(HttpStatusCode.Created);
        IsReplay(answer).ShouldBeTrue();
    }

    /// <summary>Tells when somebody starts to wait for the next look at the database.</summary>
    sealed class Polled(DateTimeOffset start) : FakeTimeProvider(start)
    {
        public Channel<bool> Polls { get; } = Channel.CreateUnbounded<bool>();

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            var timer = base.CreateTimer(callback, state, dueTime, period);
            if (dueTime == s_settings.Poll)
                Polls.Writer.TryWrite(true);
            return timer;
        }
    }

    [Theory]
    [InlineData(11)]
    // The dead one's clock was an hour ahead: nobody waits for its lease to end.
    [InlineData(-3600)]
    public async Task A_request_whose_process_died_is_taken_over_with_the_same_ids(int secondsLater)
    {
        await using var other = await StartApp(new FakeTimeProvider(Start.AddSeconds(secondsLater)));
        work.Hold();
        var dying = Post("k1");
        await work.Begun;

        var taken = await Post(other, "k1");
        taken.StatusCode.ShouldBe(HttpStatusCode.Created);
        IsReplay(taken).ShouldBeFalse();
        work.Ids.Count.ShouldBe(2);
        work.Ids.Distinct().Count().ShouldBe(1);

        // The first was only slow: what it answers in the end is not what is kept.
        work.Go();
        await dying;
        (await (await Post("k1")).Body()).GetProperty("attempt").GetInt32().ShouldBe(2);
    }

    [Fact]
    public async Task An_answer_too_large_to_keep_is_not_carried_out_again()
    {
        (await Post("k1", answer: 1000)).StatusCode.ShouldBe(HttpStatusCode.OK);
        var repeat = await Post("k1", answer: 1000);
        await repeat.ShouldBeProblem(409, "answer_not_kept");
        work.Attempts.ShouldBe(1);
    }

    [Fact]
    public async Task A_key_is_free_again_after_24_hours_even_before_it_is_deleted()
    {
        await Post("k1");
        clock.Advance(TimeSpan.FromHours(23));
        IsReplay(await Post("k1")).ShouldBeTrue();
        clock.Advance(TimeSpan.FromHours(1) + TimeSpan.FromSeconds(1));
        var anew = await Post("k1", "coffee");
        anew.StatusCode.ShouldBe(HttpStatusCode.Created);
        IsReplay(anew).ShouldBeFalse();
        work.Ids.Distinct().Count().ShouldBe(2);
        IsReplay(await Post("k1", "coffee")).ShouldBeTrue();
    }

    [Fact]
    public async Task Old_keys_are_deleted_in_bulk_and_young_ones_stay()
    {
        await using (var scope = app.Services.CreateAsyncScope())
        {
            var db = scope.ServiceProvider.GetRequiredService<AppDbContext>();
            for (var i = 0; i < 2500; i++)
                db.Add(Row(Guid.CreateVersion7(), Start.AddHours(-25).AddSeconds(i % 60)));
            await db.SaveChangesAsync(Stop);
        }

        await Post("young");
        (await app.Services.GetRequiredService<IdempotencyStore>().Forget(Stop)).ShouldBe(2500);
        (await Rows()).Count.ShouldBe(1);
    }

    [Fact]
    public async Task What_an_endpoint_leaves_unsaved_is_not_saved_with_the_answer()
    {
        (await Post("k1", path: "/api/v1/unsaved")).StatusCode.ShouldBe(HttpStatusCode.OK);
        (await Rows()).Count.ShouldBe(1);
    }

    [Fact]
    public async Task One_request_gives_each_of_its_things_an_id_of_its_own()
    {
        var request = new IdempotentRequest(Guid.CreateVersion7(Start));
        var (ride, payment) = (request.IdFor("ride"), request.IdFor("payment"));
        ride.ShouldNotBe(payment);
        ride.ShouldBe(request.IdFor("ride"));
        foreach (var id in new[] { ride, payment })
        {
            id.Version.ShouldBe(7);
            (id.Variant >> 2).ShouldBe(2);
            // The first 48 bits are the time, so that ids sort by it.
            id.ToString()[..13].ShouldBe(Guid.CreateVersion7(Start).ToString()[..13]);
        }

        await Task.CompletedTask;
    }
}
