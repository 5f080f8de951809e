using MassTransit;
using MassTransit.EntityFrameworkCoreIntegration;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Quartz;
using RideBooking.EventLog;
using RideBooking.EventLog.Subscriptions;
using RideBooking.Platform.Persistence;
using RideBooking.Testing;
using RideBooking.TestKit.Api;

namespace RideBooking.Tests.Host;

/// <summary>
/// The whole application in this process with its defaults, over the real HTTP API, in virtual time. A wait lasts until
/// the application is idle and then skips to the next timer, so that an offer expires and a search ends without delay.
/// </summary>
/// <remarks>
/// Its clock runs like the system's, years from today, and can be advanced. Timers and redeliveries use it; the intervals
/// of background services and a retry's few milliseconds pass in real time.
/// </remarks>
public sealed class CityLab : HostInProcess, IAsyncLifetime
{
    static readonly DateTimeOffset s_start = new(2031, 1, 10, 12, 0, 0, TimeSpan.Zero);

    readonly CityClock _clock;

    public CityLab()
        : this(new CityClock(s_start), []) { }

    CityLab(CityClock clock, (string Key, string Value)[] settings)
        : base([("Subscriptions:Interval", "00:00:00"), .. settings]) => _clock = clock;

    public override City City => new(CreateClient, _ => new PollingByTimer(this));

    public DateTimeOffset Now => _clock.GetUtcNow();

    static CancellationToken Stop => TestContext.Current.CancellationToken;

    /// <summary>Starts a separate city.</summary>
    /// <param name="settings">The settings that differ from the defaults.</param>
    public static async Task<CityLab> Start(params (string Key, string Value)[] settings)
    {
        var city = new CityLab(new CityClock(s_start), settings);
        await city.InitializeAsync();
        return city;
    }

    /// <summary>
    /// Starts a city whose clock stands still until it is advanced, so that the times of a simulation depend on nothing else.
    /// </summary>
    /// <param name="start">The time at first.</param>
    /// <param name="settings">The settings that differ from the defaults.</param>
    public static async Task<CityLab> StartStill(DateTimeOffset start, params (string Key, string Value)[] settings)
    {
        var city = new CityLab(new CityClock(start, runs: false), settings);
        await city.InitializeAsync();
        return city;
    }

    /// <summary>Starts a city on a database that another host has left.</summary>
    /// <param name="database">Writes the SQLite file.</param>
    /// <param name="now">The time at which the other host stopped; the lab's time goes on from it.</param>
    /// <param name="settings">The settings that differ from the defaults.</param>
    public static async Task<CityLab> StartOn(
        Func<Stream, Task> database,
        DateTimeOffset now,
        params (string Key, string Value)[] settings
    )
    {
        var city = new CityLab(new CityClock(now), settings);
        await using (var file = File.Create(new SqliteConnectionStringBuilder(city.ConnectionString).DataSource))
            await database(file);
        await city.InitializeAsync();
        return city;
    }

    public async ValueTask InitializeAsync() => await Settle();

    /// <summary>Waits until the application is idle: no message in transit or in the outbox, no due timer.</summary>
    public Task Settle() => Services.GetRequiredService<BusTraffic>().Settle(IsAtRest, cancellationToken: Stop);

    /// <summary>Advances the time. Timers fire in order, each with everything that follows from it.</summary>
    public async Task Advance(TimeSpan duration)
    {
        var until = Now + duration;
        await Settle();
        while (await NextTimer() is { } next && next <= until)
            await GoOnTo(next);
        await GoOnTo(until);
    }

    /// <summary>Advances the time to the next timer, unless that is later than the given time.</summary>
    /// <returns>False if no timer is due until then; the time is not advanced.</returns>
    public async Task<bool> AdvanceToNextTimer(DateTimeOffset until)
    {
        if (await NextTimer() is not { } next || next > until)
            return false;
        await GoOnTo(next);
        return true;
    }

    async Task GoOnTo(DateTimeOffset time)
    {
        if (time > Now)
        {
            // Quartz sleeps until the next timer it knew; a restart makes it read the clock again.
            var scheduler = await Services.GetRequiredService<ISchedulerFactory>().GetScheduler(Stop);
            await scheduler.Standby(Stop);
            _clock.GoOnTo(time);
            await scheduler.Start(Stop);
        }
        await Settle();
    }

    protected override void Configure(IServiceCollection services) =>
        services
            .AddBusTraffic()
            .AddSingleton<TimeProvider>(_clock)
            .AddSingleton<IConfigureReceiveEndpoint>(new TimesOf(_clock));

    Task<bool> IsAtRest(CancellationToken cancellationToken) =>
        In(async db =>
            // Before the outbox, to which a timer moves when it is due.
            !await Scheduled(db).AnyAsync(time => time <= Now.UtcDateTime, cancellationToken)
            // Those that are sent stay until they are deleted together.
            && (await db.Set<OutboxMessage>().Select(message => message.Id).ToListAsync(cancellationToken)).TrueForAll(
                Services.GetRequiredService<BusOutbox<AppDbContext>>().Delivery.InFlight.IsSent
            )
            // A timer that is being sent has no next time any more.
            && !await Timers(db).AnyAsync(time => time == null || time <= Now.UtcTicks, cancellationToken)
            && await db.Set<Subscription>()
                .CountAsync(
                    row =>
                        row.IsLive
                        && (row.StoppedBecause != null || row.Position == db.Set<LogHead>().Single().Position),
                    cancellationToken
                ) == Services.GetServices<IProjection>().Count()
        );

    Task<DateTimeOffset?> NextTimer() =>
        In(async db =>
        {
            DateTimeOffset?[] next =
            [
                await Timers(db).MinAsync(Stop) is { } ticks ? new DateTimeOffset(ticks, TimeSpan.Zero) : null,
                await Scheduled(db).MinAsync(Stop),
            ];
            return next.Min();
        });

    // The names that Quartz's integration uses; its other triggers only record cancellations.
    static IQueryable<long?> Timers(AppDbContext db) =>
        db.Set<Dictionary<string, object>>("Quartz.TRIGGERS")
            .Where(timer => EF.Property<string>(timer, "JOB_NAME") == "MassTransitScheduledMessage")
            .Select(timer => EF.Property<long?>(timer, "NEXT_FIRE_TIME"));

    static IQueryable<DateTime?> Scheduled(AppDbContext db) =>
        db.Set<ScheduledOutboxMessage>().Select(timer => (DateTime?)timer.DueTime);

    async Task<T> In<T>(Func<AppDbContext, Task<T>> use)
    {
        await using var scope = Services.CreateAsyncScope();
        return await use(scope.ServiceProvider.GetRequiredService<AppDbContext>());
    }

    sealed class PollingByTimer(CityLab city) : IPolling
    {
        // The wait costs no real time, except for the timers due until then. A token lasts longer.
        const int Hours = 3;

        readonly DateTimeOffset _until = city.Now + TimeSpan.FromHours(Hours);
        bool _settled;

        public async Task<bool> PauseAsync()
        {
            if (_settled)
                return await city.AdvanceToNextTimer(_until);
            await city.Settle();
            return _settled = true;
        }

        public override string ToString() => $"{Hours} h of the lab's time";
    }
}
