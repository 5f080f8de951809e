using System.IO.Compression;
using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;
using MassTransit;
using MassTransit.EntityFrameworkCoreIntegration;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Quartz;
using RideBooking.Matching;
using RideBooking.Payments;
using RideBooking.Platform.Persistence;
using RideBooking.TestKit.Api;

namespace RideBooking.Tests.Host;

/// <summary>
/// Runs rides to every point at which a host can be stopped, and writes the database. infra/upgrade-database.sh compiles this
/// file with the tests of an earlier version; it belongs to no project of the present one.
/// </summary>
public sealed class When_a_database_is_written
{
    static CancellationToken Stop => TestContext.Current.CancellationToken;

    static readonly JsonSerializerOptions s_json = new(JsonSerializerDefaults.Web) { WriteIndented = true };

    readonly SortedDictionary<string, object> _rides = new(StringComparer.Ordinal);
    int _corner;

    [Fact]
    public async Task It_has_rides_payments_and_timers_in_flight()
    {
        var target =
            Environment.GetEnvironmentVariable("RIDEBOOKING_UPGRADE_DATABASE")
            ?? throw new InvalidOperationException("RIDEBOOKING_UPGRADE_DATABASE names no files.");
        await using var host = new StoppableHost();
        var city = host.City;
        var lonely = await Ride("noDriverFound");
        await lonely.Request();
        var owing = new[] { await Ride("outstanding"), await Ride("settling") };
        foreach (var scene in owing)
            await Completed(scene, "tok_declined", "retrying");
        using (host.Hurry())
        {
            await lonely.Rider.Sees(lonely.Id, "noDriverFound");
            foreach (var scene in owing)
                await scene.Rider.SeesPayment(scene.Id, "outstanding");
        }

        var captured = await Ride("captured");
        await Completed(captured, "tok_visa", "captured");
        (await captured.Rider.Post($"rides/{captured.Id}/rating", new JsonObject { ["stars"] = 5 })).ShouldBe(
            HttpStatusCode.Accepted
        );
        var free = await Ride("cancelledForFree");
        await free.Request();
        (await free.Rider.Post($"rides/{free.Id}/cancel", new JsonObject { ["reason"] = "rain" })).ShouldBe(
            HttpStatusCode.Accepted
        );

        // The timers of the payments begin.
        await Completed(await Ride("retryingDeclined"), "tok_declined_once", "retrying");
        await Completed(await Ride("retryingTimedOut"), "tok_timeout", "retrying");
        await Completed(await Ride("retryingLost"), "tok_timeout_lost", "retrying");

        foreach (var name in new[] { "arrivedToStart", "arrivedToNoShow" })
            await Does(await Assigned(name), "arrive");
        foreach (var name in new[] { "inProgressToComplete", "inProgressToForceComplete", "inProgressToForceCancel" })
        {
            var scene = await Assigned(name);
            await Does(scene, "arrive");
            await Does(scene, "start");
        }
        foreach (var name in new[] { "assignedToArrive", "assignedToRelease", "assignedToCancel" })
            await Assigned(name);
        foreach (var name in new[] { "searchingToFind", "searchingToEnd" })
            await (await Ride(name)).Request();
        foreach (var name in new[] { "offeredToAccept", "offeredToExpire", "offeredToCancel" })
            await Offered(name);

        // Messages that are committed and not sent: the process dies in between.
        var (charging, lost) = (await Assigned("charging"), await Assigned("chargingLost"));
        var (completed, accepted, unknown) = (
            await Assigned("completedUnsent"),
            await Offered("acceptedUnsent"),
            await Ride("requestedUnsent")
        );
        foreach (var scene in new[] { charging, lost, completed })
        {
            await Does(scene, "arrive");
            await Does(scene, "start");
        }
        host.Hold("ChargeCard");
        await settling().Rider.Post("riders/me/payment-methods", Card("tok_visa"));
        await settling().Rider.Post("riders/me/balance/pay");
        foreach (var scene in new[] { charging, lost })
        {
            await Does(scene, "complete", new JsonObject { ["distanceMeters"] = 6100 });
            await WaitFor.TrueAsync(
                $"{scene.Name} is charged",
                () =>
                    host.In(db =>
                        db.Set<Payment>()
                            .AnyAsync(row => row.CorrelationId == scene.Guid && row.Status == "Charging", Stop)
                    )
            );
        }
        await host.In(db =>
            db.Set<OutboxMessage>()
                .Where(row => row.Body.Contains(lost.Id) && row.Body.Contains("ChargeCard"))
                .ExecuteDeleteAsync(Stop)
        );
        host.Hold("RideCompleted", "DriverAssigned", "RideRequested");
        await completed.Driver!.Post($"rides/{completed.Id}/complete", new JsonObject { ["distanceMeters"] = 6100 });
        await accepted.Driver!.Post($"offers/{(await accepted.Driver.Offer(accepted.Id))["offerId"]}/accept");
        await unknown.Request();
        foreach (var scene in new[] { completed, accepted, unknown })
            await WaitFor.TrueAsync(
                $"the message of {scene.Name} waits in the outbox",
                () => host.In(db => db.Set<OutboxMessage>().AnyAsync(row => row.Body.Contains(scene.Id), Stop))
            );

        await Write(host, target);

        Scene settling() => (Scene)_rides["settling"];

        async Task<Scene> Ride(string name)
        {
            var corner = _corner++;
            var scene = new Scene(name, corner, await city.Rider($"rider-{name}"));
            _rides.Add(name, scene);
            return scene;
        }

        async Task<Scene> Offered(string name)
        {
            var scene = await Ride(name);
            scene.Driver = await city.DriverAt(scene.Near);
            await scene.Request();
            await scene.Driver.Offer(scene.Id);
            return scene;
        }

        async Task<Scene> Assigned(string name)
        {
            var scene = await Offered(name);
            await Accept(scene);
            return scene;
        }

        async Task Accept(Scene scene)
        {
            await scene.Driver!.Accept(await scene.Driver.Offer(scene.Id));
            await scene.Driver.Until(
                $"{scene.Name} to be assigned",
                $"rides/{scene.Id}",
                ride => ride.Status == HttpStatusCode.OK && ride.Text("status") == "driverAssigned"
            );
        }

        static Task Does(Scene scene, string step, JsonObject? body = null) => scene.Driver!.Does(scene.Id, step, body);

        static JsonObject Card(string token) => new() { ["token"] = token, ["makeDefault"] = true };

        async Task Completed(Scene scene, string token, string payment)
        {
            (await scene.Rider.Post("riders/me/payment-methods", Card(token))).ShouldBe(HttpStatusCode.Created);
            scene.Driver = await city.DriverAt(scene.Near);
            await scene.Request();
            await Accept(scene);
            await Does(scene, "arrive");
            await Does(scene, "start");
            await Does(scene, "complete", new JsonObject { ["distanceMeters"] = 6100 });
            await scene.Rider.SeesPayment(scene.Id, payment);
        }
    }

    async Task Write(StoppableHost host, string target)
    {
        var (copy, at) = ($"{target}.db", host.Now);
        File.Delete(copy);
        await using (var connection = new SqliteConnection(host.ConnectionString))
        {
            await connection.OpenAsync(Stop);
            await using var command = connection.CreateCommand();
            command.CommandText = "VACUUM INTO $copy";
            command.Parameters.AddWithValue("$copy", copy);
            await command.ExecuteNonQueryAsync(Stop);
        }
        await using (var file = File.Create($"{target}.db.gz"))
        await using (var compressed = new GZipStream(file, CompressionLevel.SmallestSize))
        await using (var database = File.OpenRead(copy))
            await database.CopyToAsync(compressed, Stop);
        File.Delete(copy);

        var drivers = await host.In(async db =>
            (await db.Set<Offer>().ToListAsync(Stop)).ToLookup(offer => $"{offer.RideId}", offer => offer.DriverId)
        );
        await File.WriteAllTextAsync(
            $"{target}.json",
            JsonSerializer.Serialize(
                new
                {
                    At = at,
                    Rides = _rides
                        .Values.Cast<Scene>()
                        .ToDictionary(
                            scene => scene.Name,
                            scene => new
                            {
                                RideId = scene.Id,
                                RiderId = $"rider-{scene.Name}",
                                DriverId = drivers[scene.Id].SingleOrDefault(),
                                scene.Corner,
                            }
                        ),
                },
                s_json
            ) + "\n",
            Stop
        );
    }

    sealed class Scene(string name, int corner, Rider rider)
    {
        public string Name => name;
        public int Corner => corner;
        public Rider Rider => rider;
        public Driver? Driver { get; set; }
        public string Id { get; private set; } = "";
        public Guid Guid => Guid.Parse(Id);

        // Each ride has its own corner, out of the search radius of the others.
        public JsonObject Near => City.Place(-60 + corner * 3, 10);

        public async Task Request() => Id = await rider.Request(Near, City.Place(-60 + corner * 3, 10.08));
    }

    /// <summary>The embedded default on a clock that can be advanced, which can stop sending messages.</summary>
    sealed class StoppableHost()
        : HostInProcess(
            ("Matching:OfferTimeout", "00:05:00"),
            ("Matching:SearchDeadline", "00:30:00"),
            ("Payments:RetryDelays", "00:10:00,01:00:00")
        ),
            ISendObserver
    {
        readonly CityClock _clock = new(new DateTimeOffset(2031, 1, 10, 12, 0, 0, TimeSpan.Zero));
        volatile bool _hurries;
        volatile string[] _held = [];

        public DateTimeOffset Now => _clock.GetUtcNow();

        public override City City => new(CreateClient, limit => new Steps(this, limit));

        public void Hold(params string[] messages) => _held = [.. _held, .. messages];

        public IDisposable Hurry()
        {
            _hurries = true;
            return new EndOfHurry(this);
        }

        public async Task<T> In<T>(Func<AppDbContext, Task<T>> use)
        {
            await using var scope = Services.CreateAsyncScope();
            return await use(scope.ServiceProvider.GetRequiredService<AppDbContext>());
        }

        protected override void Configure(IServiceCollection services) =>
            services
                .AddSingleton<TimeProvider>(_clock)
                .AddSingleton<IConfigureReceiveEndpoint>(new TimesOf(_clock))
                .AddSendObserver(_ => this);

        public Task PreSend<T>(SendContext<T> context)
            where T : class =>
            _held.Any(name => context.DestinationAddress!.AbsolutePath.EndsWith($":{name}", StringComparison.Ordinal))
                ? Task.FromException(new InvalidOperationException("The message is held."))
                : Task.CompletedTask;

        public Task PostSend<T>(SendContext<T> context)
            where T : class => Task.CompletedTask;

        public Task SendFault<T>(SendContext<T> context, Exception exception)
            where T : class => Task.CompletedTask;

        sealed class EndOfHurry(StoppableHost host) : IDisposable
        {
            public void Dispose() => host._hurries = false;
        }

        sealed class Steps(StoppableHost host, TimeSpan limit) : IPolling
        {
            readonly long _since = System.Diagnostics.Stopwatch.GetTimestamp();
            int _polls;

            public async Task<bool> PauseAsync()
            {
                if (host._hurries && ++_polls % 10 == 0)
                {
                    var scheduler = await host.Services.GetRequiredService<ISchedulerFactory>().GetScheduler();
                    await scheduler.Standby();
                    host._clock.GoOnTo(host.Now + TimeSpan.FromMinutes(5));
                    await scheduler.Start();
                }
                await Task.Delay(50);
                return System.Diagnostics.Stopwatch.GetElapsedTime(_since) < limit;
            }
        }
    }
}
