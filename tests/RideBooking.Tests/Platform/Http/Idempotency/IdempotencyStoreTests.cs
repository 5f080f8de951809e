using System.Data.Common;
using System.Net;
using System.Threading.Channels;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Diagnostics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Time.Testing;
using RideBooking.Platform.Http.Idempotency;
using RideBooking.Platform.Persistence;

namespace RideBooking.Tests.Platform.Http.Idempotency;

/// <summary>Decides which of several attempts executes a request, also when the process of one dies.</summary>
public sealed class IdempotencyStoreTests : IdempotentOrders
{
    [Fact]
    public async Task A_slow_attempt_keeps_its_claim()
    {
        await using var other = await StartApp(clock, s_options with { Wait = TimeSpan.Zero });
        work.Hold();
        var slow = Post("k1");
        await work.Begun;
        var leases = app.Services.GetRequiredService<ClaimLeases>();
        app.Services.GetServices<IHostedService>().ShouldContain(leases);

        for (var elapsed = TimeSpan.Zero; elapsed < s_options.Lease * 3; elapsed += s_options.RenewEvery)
        {
            clock.Advance(s_options.RenewEvery);
            await leases.Renew(Stop);
        }
        await (await Post(other, "k1")).ShouldBeProblem(409, "request_in_progress");

        work.Go();
        (await slow).StatusCode.ShouldBe(HttpStatusCode.Created);
        IsReplay(await Post("k1")).ShouldBeTrue();
        work.Attempts.ShouldBe(1);
    }

    [Fact]
    public async Task An_attempt_whose_lease_was_not_renewed_is_cancelled_and_may_be_repeated()
    {
        await using var stuck = await StartApp(clock, s_options with { RenewEvery = TimeSpan.FromHours(1) });
        work.Hold();
        var slow = Post(stuck, "k1");
        await work.Begun;
        clock.Advance(s_options.Lease - s_options.LeaseMargin);
        await (await slow).ShouldBeProblem(503, "unavailable");
        (await Post("k1")).StatusCode.ShouldBe(HttpStatusCode.Created);
        work.Ids.Distinct().Count().ShouldBe(1);
    }

    [Fact]
    public async Task An_attempt_that_ends_after_its_lease_is_answered_in_full_and_so_is_its_repeat()
    {
        await using var stuck = await StartApp(clock, s_options with { RenewEvery = TimeSpan.FromHours(1) });
        var path = $"/api/v1/orders/{Guid.NewGuid()}/ship";
        work.Hold();
        var late = Post(stuck, "k1", path: path);
        await work.Begun;
        clock.Advance(s_options.Lease);
        work.Go();

        foreach (var answer in new[] { await late, await Post(stuck, "k1", path: path) })
        {
            answer.StatusCode.ShouldBe(HttpStatusCode.OK);
            (await answer.Content.ReadAsStringAsync(Stop)).ShouldBe("1");
        }
        work.Attempts.ShouldBe(1);
    }

    [Fact]
    public async Task A_claim_that_was_lost_is_not_renewed()
    {
        var taking = Start + s_options.Lease * 1.1;
        await using var other = await StartApp(new FakeTimeProvider(taking));
        var (mine, theirs) = (
            app.Services.GetRequiredService<IdempotencyStore>(),
            other.Services.GetRequiredService<IdempotencyStore>()
        );
        var id = Guid.CreateVersion7();
        var lost = (Claim.Granted)await mine.Claim(id, "anonymous", "x", Stop);
        ((Claim.Granted)await theirs.Claim(id, "anonymous", "x", Stop)).IsTakenOver.ShouldBeTrue();

        await mine.Renew([lost], Start + s_options.RenewEvery, Stop);

        (await Rows()).Single().LeaseUntil.ShouldBe(taking + s_options.Lease);
    }

    [Fact]
    public async Task The_answers_of_concurrent_requests_share_a_transaction()
    {
        const int requests = 20;
        var commits = new CommitCounter();
        await using var replica = await StartApp(
            clock,
            configure: services => services.ConfigureDbContext<SqliteAppDbContext>(db => db.AddInterceptors(commits))
        );
        var store = replica.Services.GetRequiredService<IdempotencyStore>();
        var claims = new List<Claim.Granted>();
        for (var n = 0; n < requests; n++)
            claims.Add((Claim.Granted)await store.Claim(Guid.CreateVersion7(), "anonymous", "x", Stop));
        await using var scope = replica.Services.CreateAsyncScope();
        var writer = await scope
            .ServiceProvider.GetRequiredService<AppDbContext>()
            .Database.BeginTransactionAsync(Stop);
        commits.Count = 0;

        var answers = claims.ConvertAll(claim =>
            store.Complete(claim, new StoredResponse(201, "application/json", null, null, [1]), Stop)
        );
        await writer.DisposeAsync();
        await Task.WhenAll(answers);

        (await Rows()).ShouldAllBe(row => row.Status == 201);
        // The first may be committed alone, before the others arrive.
        commits.Count.ShouldBeInRange(1, 2);
    }

    sealed class CommitCounter : DbTransactionInterceptor
    {
        public int Count { get; set; }

        public override Task TransactionCommittedAsync(
            DbTransaction transaction,
            TransactionEndEventData eventData,
            CancellationToken cancellationToken = default
        )
        {
            Count++;
            return Task.CompletedTask;
        }
    }

    [Fact]
    public async Task A_claim_that_took_longer_to_write_than_it_lasts_is_abandoned()
    {
        var leases = app.Services.GetRequiredService<ClaimLeases>();
        var claim = (Claim.Granted)
            await app.Services.GetRequiredService<IdempotencyStore>().Claim(Guid.CreateVersion7(), "x", "x", Stop);
        clock.Advance(s_options.Lease);

        using var lease = leases.Hold(claim);

        lease.Ended.IsCancellationRequested.ShouldBeTrue();
    }

    [Fact]
    public async Task A_released_claim_is_not_renewed_by_a_late_renewal()
    {
        var store = app.Services.GetRequiredService<IdempotencyStore>();
        var began = clock.GetUtcNow();
        var claim = (Claim.Granted)await store.Claim(Guid.CreateVersion7(), "anonymous", "x", Stop);
        clock.Advance(s_options.RenewEvery);
        var renewing = clock.GetUtcNow();
        clock.Advance(TimeSpan.FromMilliseconds(1));

        await store.Release(claim, Stop);
        await store.Renew([claim], renewing, Stop);

        (await Rows()).Single().LeaseUntil.ShouldBe(began);
    }

    [Fact]
    public async Task A_request_that_a_dead_process_left_unanswered_is_executed_at_once_by_the_next_single_process()
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
        work.Ids.Distinct().Count().ShouldBe(1, "both attempts have the same ids");
        (await store.ReleaseAbandoned(Stop)).ShouldBe(0, "an answered request stays answered");

        work.Go();
        await lost;
        (await (await Post("k1")).Content.ReadAsStringAsync(Stop)).ShouldBe(
            await repeat.Content.ReadAsStringAsync(Stop),
            "an attempt that lost its claim changes nothing"
        );
    }

    [Fact]
    public async Task While_another_process_executes_it_a_repeat_is_asked_to_retry_later()
    {
        await using var other = await StartApp(clock, s_options with { Wait = TimeSpan.Zero });
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
    public async Task A_repeat_in_the_same_process_waits_no_longer_than_in_another()
    {
        var time = new TimersSeen(Start, s_options.Wait);
        await using var other = await StartApp(time);
        work.Hold();
        var first = Post(other, "k1");
        await work.Begun;
        var repeat = Post(other, "k1");
        await time.Begun.Reader.ReadAsync(Stop);

        time.Advance(s_options.Wait);
        await (await repeat).ShouldBeProblem(409, "request_in_progress");

        work.Go();
        (await first).StatusCode.ShouldBe(HttpStatusCode.Created);
        IsReplay(await Post(other, "k1")).ShouldBeTrue();
        work.Attempts.ShouldBe(1);
        other.Services.GetRequiredService<IdempotencyStore>().InFlight.Keys.ShouldBe(0);
    }

    [Fact]
    public async Task A_repeat_in_another_process_waits_a_while_for_the_answer()
    {
        var time = new TimersSeen(Start, s_options.Poll);
        await using var other = await StartApp(time);
        work.Hold();
        var first = Post("k1");
        await work.Begun;
        var repeat = Post(other, "k1");
        await time.Begun.Reader.ReadAsync(Stop);
        work.Go();
        await first;
        time.Advance(TimeSpan.FromMilliseconds(200));
        var answer = await repeat;
        answer.StatusCode.ShouldBe(HttpStatusCode.Created);
        IsReplay(answer).ShouldBeTrue();
    }

    /// <summary>A clock that signals when a timer of the given length starts.</summary>
    sealed class TimersSeen(DateTimeOffset start, TimeSpan wait) : FakeTimeProvider(start)
    {
        public Channel<bool> Begun { get; } = Channel.CreateUnbounded<bool>();

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            var timer = base.CreateTimer(callback, state, dueTime, period);
            if (dueTime == wait)
                Begun.Writer.TryWrite(true);
            return timer;
        }
    }

    [Theory]
    [InlineData(11)]
    // The dead process's clock was an hour ahead: its lease must not delay the next attempt.
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

        // The first was only slow: its late answer is not kept.
        work.Go();
        await dying;
        (await (await Post("k1")).Body()).GetProperty("attempt").GetInt32().ShouldBe(2);
    }
}
