using System.Diagnostics.Metrics;
using System.Threading.Channels;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using RideBooking.Platform.Observability;
using RideBooking.TestKit.Observability;

namespace RideBooking.Tests.Platform.Observability;

public sealed class PolledGaugesTests : IAsyncDisposable
{
    readonly Clock _clock = new();
    readonly SlowDatabase _database = new();
    readonly ServiceProvider _services;
    readonly PolledGauges _gauges;

    public PolledGaugesTests()
    {
        _services = new ServiceCollection()
            .AddMetrics()
            .AddSingleton(_clock)
            .AddSingleton(_database)
            .AddGauges<Slow>()
            .BuildServiceProvider();
        _gauges = new PolledGauges(
            _services.GetServices<GaugeSource>(),
            _services.GetRequiredService<IServiceScopeFactory>(),
            new MetricsOptions(TimeSpan.FromSeconds(15), null),
            _services.GetRequiredService<IMeterFactory>(),
            _clock,
            NullLogger<PolledGauges>.Instance
        );
    }

    static CancellationToken Stop => TestContext.Current.CancellationToken;

    public async ValueTask DisposeAsync()
    {
        await _gauges.StopAsync(CancellationToken.None);
        _gauges.Dispose();
        await _services.DisposeAsync();
    }

    [Theory]
    [InlineData(0, 15)]
    [InlineData(0.5, 25)]
    [InlineData(9, 60)]
    public async Task Polls_a_slow_source_less_often_but_every_minute(double seconds, int rest)
    {
        _database.Takes = TimeSpan.FromSeconds(seconds);
        await _gauges.StartAsync(Stop);

        (await Pause()).ShouldBe(TimeSpan.FromSeconds(rest));
    }

    [Fact]
    public async Task Shows_an_age_that_grows_while_a_source_fails_slowly_and_ends_when_it_recovers()
    {
        using var meters = new Meters(_services);
        _database.Takes = TimeSpan.FromSeconds(10);
        _database.Fails = true;
        await _gauges.StartAsync(Stop);
        for (var polls = 1; polls <= 5; polls++)
        {
            _clock.Advance(await Pause());
            meters.Of(Slow.Gauge.Name).ShouldBeEmpty();
        }
        await Pause();
        // Six polls, and the pauses between them. The alert MetricsMissing fires after three minutes.
        Age(meters).ShouldBe(6 * 10 + 5 * 60);

        (_database.Takes, _database.Fails) = (TimeSpan.Zero, false);
        _clock.Advance(TimeSpan.FromMinutes(1));
        await Pause();
        Age(meters).ShouldBe(0);
        meters.Of(Slow.Gauge.Name).ShouldHaveSingleItem().Value.ShouldBe(7);
    }

    static double Age(Meters meters)
    {
        var age = meters.Of("ridebooking.gauges.age").ShouldHaveSingleItem();
        age.Of.ShouldBe(nameof(Slow));
        return age.Value;
    }

    /// <summary>Waits until a poll has ended.</summary>
    /// <returns>The pause until the next.</returns>
    Task<TimeSpan> Pause() => _clock.Pauses.ReadAsync(Stop).AsTask().WaitAsync(WaitFor.Limit, Stop);

    /// <summary>A source on a database that takes some time to answer, or to fail.</summary>
    sealed class Slow(SlowDatabase database, Clock clock) : IGaugeSource
    {
        public static readonly Gauge Gauge = new("ridebooking.slow", "{thing}", "For a test");

        public static IReadOnlyList<Gauge> Gauges => [Gauge];

        public Task<IReadOnlyList<Reading>> Read(CancellationToken cancellationToken)
        {
            clock.Advance(database.Takes);
            return database.Fails
                ? throw new TimeoutException("unavailable")
                : Task.FromResult<IReadOnlyList<Reading>>([Gauge.Reads(7)]);
        }
    }

    sealed class SlowDatabase
    {
        public TimeSpan Takes { get; set; }

        public bool Fails { get; set; }
    }

    /// <summary>A clock that reports the timers that are set.</summary>
    sealed class Clock : FakeTimeProvider
    {
        readonly Channel<TimeSpan> _pauses = Channel.CreateUnbounded<TimeSpan>();

        public ChannelReader<TimeSpan> Pauses => _pauses.Reader;

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            var timer = base.CreateTimer(callback, state, dueTime, period);
            _pauses.Writer.TryWrite(dueTime);
            return timer;
        }
    }
}
