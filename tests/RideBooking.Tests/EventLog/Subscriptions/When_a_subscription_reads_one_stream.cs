using MassTransit;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using RideBooking.Contracts;
using RideBooking.EventLog;
using RideBooking.EventLog.Subscriptions;
using RideBooking.Platform.Persistence;
using RideBooking.Tests.Host;

namespace RideBooking.Tests.EventLog.Subscriptions;

public sealed class When_a_subscription_reads_one_stream(EmbeddedHost host) : IClassFixture<EmbeddedHost>
{
    static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task It_gets_the_events_of_this_stream_and_its_checkpoint_passes_the_others()
    {
        var (ride, other) = (Guid.CreateVersion7(), Guid.CreateVersion7());
        var projection = new OfOneRide(ride);
        var reader = new SubscriptionReader(projection, EventCatalogue.Published, "here", TimeProvider.System);
        foreach (var (id, seconds) in new[] { (ride, 1), (other, 2), (ride, 3), (other, 4) })
            await Publish(new NoDriverFound(id, "rider", seconds, DateTimeOffset.UnixEpoch));

        await With(db => reader.Claim(db, Stop));
        while (await With(db => reader.Read(db, 1, Stop)) > 0) { }

        projection.Read.ShouldBe([1, 3]);
        reader.Position.ShouldBe(await With(db => db.LastPosition(Stop)));
    }

    async Task Publish(NoDriverFound happened) =>
        await With(
            async (db, scope) =>
            {
                await scope.GetRequiredService<IPublishEndpoint>().Publish(happened, Stop);
                await db.SaveChangesAsync(Stop);
                await Sequencer.CatchUp(db, Stop);
                return true;
            }
        );

    Task<T> With<T>(Func<AppDbContext, Task<T>> work) => With((db, _) => work(db));

    async Task<T> With<T>(Func<AppDbContext, IServiceProvider, Task<T>> work)
    {
        await using var scope = host.Services.CreateAsyncScope();
        return await work(scope.ServiceProvider.GetRequiredService<AppDbContext>(), scope.ServiceProvider);
    }

    sealed class OfOneRide(Guid ride) : IProjection
    {
        public List<int> Read { get; } = [];

        public string Name => "one-ride";

        public string? StreamId => ride.ToString();

        public IReadOnlyCollection<Type> Events => [typeof(NoDriverFound)];

        public Task Apply(
            DbContext db,
            int generation,
            IReadOnlyList<ReadEvent> events,
            CancellationToken cancellationToken
        )
        {
            Read.AddRange(events.Select(read => ((NoDriverFound)read.Event).SearchSeconds));
            return Task.CompletedTask;
        }

        public Task<int> Delete(DbContext db, int generation, int limit, CancellationToken cancellationToken) =>
            Task.FromResult(0);
    }
}
