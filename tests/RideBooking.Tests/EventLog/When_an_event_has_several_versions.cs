using System.Text.Json;
using MassTransit;
using MassTransit.Serialization;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using RideBooking.Contracts;
using RideBooking.EventLog;
using RideBooking.EventLog.Subscriptions;
using RideBooking.Platform.Persistence;
using RideBooking.TestKit.Api;
using RideBooking.Tests.Host;

namespace RideBooking.Tests.EventLog;

/// <summary>Events of older versions in the log of the real application, on SQLite.</summary>
public sealed class When_an_event_has_several_versions(EmbeddedHost host) : IClassFixture<EmbeddedHost>
{
    static readonly EventCatalogue s_catalogue = EventCatalogue.Published;
    static readonly RideRated s_old = new(
        Guid.CreateVersion7(),
        "rider",
        "driver",
        4,
        "fine",
        DateTimeOffset.UnixEpoch.AddDays(1)
    );

    static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public void They_have_one_name_and_a_record_each()
    {
        s_catalogue
            .VersionsOf("RideRated")
            .Select(type => type.Type)
            .ShouldBe([typeof(RideRated), typeof(RideRatedV2)]);
        s_catalogue.All.ShouldNotContain(type => type.Name == "RideRatedV2");
    }

    [Fact]
    public void Each_is_read_as_each_other()
    {
        var newest = RideRatedV2.Upcast(s_old);
        var (first, second) = (s_catalogue.Find(typeof(RideRated))!, s_catalogue.Find(typeof(RideRatedV2))!);

        s_catalogue.Read(Logged(s_old)).ShouldBe(newest);
        s_catalogue.Read(Logged(newest)).ShouldBe(newest);
        s_catalogue.Read(Logged(s_old), second).ShouldBe(newest);
        s_catalogue.Read(Logged(newest), first).ShouldBe(s_old);
        s_catalogue.Read(Logged(newest), first)!.GetType().ShouldBe(typeof(RideRated));
        newest.By.ShouldBe("rider");
    }

    [Fact]
    public void An_unknown_version_is_not_read()
    {
        s_catalogue.Read(Logged("RideRated", 3, "{}")).ShouldBeNull();
        s_catalogue.Read(Logged("RideRated", 0, "{}")).ShouldBeNull();
        s_catalogue.Read(Logged("RideTeleported", 1, "{}")).ShouldBeNull();
    }

    [Theory]
    [InlineData(
        typeof(WithoutUpcasterV2),
        "needs a method: public static WithoutUpcasterV2 Upcast(WithoutUpcaster older)"
    )]
    [InlineData(typeof(WithoutFirstV2), "WithoutFirst has no version 1")]
    public void A_version_without_an_upcaster_or_a_version_before_it_is_refused(Type record, string problem) =>
        Should
            .Throw<InvalidOperationException>(() => new EventCatalogue([typeof(WithoutUpcaster), record]))
            .Message.ShouldContain(problem);

    [Fact]
    public async Task The_log_keeps_what_was_published_and_readers_see_the_newest_version()
    {
        var ride = Guid.CreateVersion7();
        await Publish(s_old with { RideId = ride });

        var watcher = await host.City.Operator();
        var shown = (await watcher.Get($"events?rideId={ride}")).Body!["items"]!.AsArray().ShouldHaveSingleItem()!;
        (shown["event_type"]!.GetValue<string>(), shown["version"]!.GetValue<int>()).ShouldBe(("RideRated", 2));
        shown["payload"]!["by"]!.GetValue<string>().ShouldBe("rider");

        await using var scope = host.Services.CreateAsyncScope();
        var kept = await scope
            .ServiceProvider.GetRequiredService<AppDbContext>()
            .Set<LoggedEvent>()
            .SingleAsync(row => row.StreamId == ride.ToString(), Stop);
        kept.Version.ShouldBe(1);
        kept.StoredPayload.ShouldNotContain("\"by\"");
    }

    [Fact]
    public async Task A_projection_of_the_new_version_reads_the_old_one()
    {
        var rider = await host.City.Rider();
        var riderId = (await rider.Get($"rides/{await rider.Request(City.Alexanderplatz, City.Zoo)}")).Text("riderId");
        await Publish(
            new CancellationFeeAssessed(
                Guid.CreateVersion7(),
                riderId,
                null,
                null,
                new Money(5m, "EUR"),
                null,
                "v1",
                null,
                DateTimeOffset.UtcNow
            )
        );
        await rider.Until(
            "the notification of the fee",
            "riders/me/notifications",
            page => page.Body!["items"]!.AsArray().Any(item => item!["kind"]!.GetValue<string>() == "cancellationFee")
        );
    }

    [Fact]
    public async Task A_projection_of_the_old_version_reads_the_new_one()
    {
        var projection = new Ratings();
        var reader = new SubscriptionReader(projection, s_catalogue, "here", TimeProvider.System);
        var ride = Guid.CreateVersion7();
        await Publish(s_old with { RideId = ride }, RideRatedV2.Upcast(s_old with { RideId = ride }));

        await With(db => reader.Claim(db, Stop));
        while (await With(db => reader.Read(db, 100, Stop)) > 0) { }

        projection
            .Read.Where(rated => rated.RideId == ride)
            .ShouldBe([s_old with { RideId = ride }, s_old with { RideId = ride }]);
    }

    async Task Publish(params object[] events)
    {
        await using var scope = host.Services.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<AppDbContext>();
        foreach (var happened in events)
            await scope
                .ServiceProvider.GetRequiredService<IPublishEndpoint>()
                .Publish(happened, happened.GetType(), Stop);
        await db.SaveChangesAsync(Stop);
        await Sequencer.CatchUp(db, Stop);
    }

    async Task<T> With<T>(Func<AppDbContext, Task<T>> work)
    {
        await using var scope = host.Services.CreateAsyncScope();
        return await work(scope.ServiceProvider.GetRequiredService<AppDbContext>());
    }

    static LoggedEvent Logged(object happened)
    {
        var type = s_catalogue.Find(happened.GetType())!;
        return Logged(
            type.Name,
            type.Version,
            JsonSerializer.Serialize(happened, type.Type, SystemTextJsonMessageSerializer.Options)
        );
    }

    static LoggedEvent Logged(string name, int version, string payload) =>
        new()
        {
            EventType = name,
            Version = version,
            Payload = payload,
        };

    /// <summary>A projection that was written for version 1 and never changed.</summary>
    sealed class Ratings : IProjection
    {
        public List<RideRated> Read { get; } = [];

        public string Name => "ratings";

        public IReadOnlyCollection<Type> Events => [typeof(RideRated)];

        public Task Apply(
            DbContext db,
            int generation,
            IReadOnlyList<ReadEvent> events,
            CancellationToken cancellationToken
        )
        {
            Read.AddRange(events.Select(read => (RideRated)read.Event));
            return Task.CompletedTask;
        }

        public Task<int> Delete(DbContext db, int generation, int limit, CancellationToken cancellationToken) =>
            Task.FromResult(0);
    }

    [Event("rides")]
    sealed record WithoutUpcaster(Guid RideId);

    [Event("rides", Version = 2)]
    sealed record WithoutUpcasterV2(Guid RideId);

    [Event("rides", Version = 2)]
    sealed record WithoutFirstV2(Guid RideId);
}
