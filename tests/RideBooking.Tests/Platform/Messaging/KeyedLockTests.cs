using Microsoft.Extensions.Time.Testing;
using RideBooking.Platform.Messaging;

namespace RideBooking.Tests.Platform.Messaging;

public sealed class KeyedLockTests
{
    const string Key = "key";

    readonly KeyedLock<string> _lock = new();

    static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_caller_waits_until_the_holder_of_its_key_releases_it()
    {
        var first = await _lock.Enter(Key, Stop);
        var second = _lock.Enter(Key, Stop);
        second.IsCompleted.ShouldBeFalse();
        _lock.TryEnter(Key).ShouldBeNull();

        first.Dispose();
        (await second).Dispose();
        _lock.TryEnter(Key).ShouldNotBeNull();
    }

    [Fact]
    public async Task Another_key_is_free()
    {
        using var first = await _lock.Enter(Key, Stop);

        using var other = _lock.TryEnter("other");

        other.ShouldNotBeNull();
        _lock.Keys.ShouldBe(2);
    }

    [Fact]
    public async Task Of_many_callers_one_at_a_time_holds_the_key_and_all_get_it()
    {
        var (holders, entered) = (0, 0);
        await Task.WhenAll(
            Enumerable
                .Range(0, 100)
                .Select(_ =>
                    Task.Run(
                        async () =>
                        {
                            using var held = await _lock.Enter(Key, Stop);
                            Interlocked.Increment(ref holders).ShouldBe(1);
                            await Task.Yield();
                            entered++;
                            Interlocked.Decrement(ref holders);
                        },
                        Stop
                    )
                )
        );

        (entered, _lock.Keys).ShouldBe((100, 0));
    }

    [Fact]
    public async Task A_caller_that_is_cancelled_while_it_waits_does_not_keep_the_key_from_the_next()
    {
        using var cancellation = CancellationTokenSource.CreateLinkedTokenSource(Stop);
        var first = await _lock.Enter(Key, Stop);
        var (cancelled, next) = (_lock.Enter(Key, cancellation.Token), _lock.Enter(Key, Stop));

        await cancellation.CancelAsync();
        await Should.ThrowAsync<OperationCanceledException>(cancelled);
        next.IsCompleted.ShouldBeFalse();

        first.Dispose();
        (await next).Dispose();
        _lock.Keys.ShouldBe(0);
    }

    [Fact]
    public async Task A_wait_with_a_limit_ends_at_the_limit_and_leaves_the_key_with_its_holder()
    {
        var clock = new FakeTimeProvider();
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(10), clock);
        var first = await _lock.Enter(Key, Stop);
        var waiting = _lock.Enter(Key, limit.Token);

        clock.Advance(TimeSpan.FromSeconds(9));
        waiting.IsCompleted.ShouldBeFalse();
        clock.Advance(TimeSpan.FromSeconds(1));
        await Should.ThrowAsync<OperationCanceledException>(waiting);

        _lock.TryEnter(Key).ShouldBeNull();
        first.Dispose();
        _lock.Keys.ShouldBe(0);
    }
}
