using Microsoft.Extensions.DependencyInjection;
using RideBooking.Contracts;
using RideBooking.EventLog;
using RideBooking.EventLog.Subscriptions;
using RideBooking.Platform.Persistence;
using RideBooking.Rides;
using RideBooking.Schemas;
using RideBooking.Tests.Documentation;
using RideBooking.Tests.Host;

namespace RideBooking.Tests.Schemas;

/// <summary>The check of the corpus, which the build of the host runs.</summary>
public sealed class CheckCorpusTests(EmbeddedHost host) : IClassFixture<EmbeddedHost>, IDisposable
{
    // Of all examples.
    const string RideId = "019ba71d-5e40-7c31-9a52-4f0d7be6c913";

    static readonly string CheckedIn = Path.Combine(
        GeneratedPage.Repository(),
        "src",
        "RideBooking.Contracts",
        "Corpus"
    );

    readonly string _folder = Directory.CreateTempSubdirectory("ridebooking-corpus-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Every_event_of_every_version_is_read_in_every_version() =>
        CheckCorpus.In(CheckedIn, EventCatalogue.Published, update: false).ShouldBeEmpty();

    [Fact]
    public void Every_released_version_has_events() =>
        SchemaRegistry
            .In(Path.Combine(CheckedIn, "..", "Schemas"))
            .Versions.Select(version => $"{version.Subject}.v{version.Version}.json")
            .Order()
            .ShouldBe(Directory.GetFiles(CheckedIn).Select(Path.GetFileName).Order());

    [Fact]
    public async Task Every_event_of_every_version_is_applied_by_its_projections_and_by_the_fold_of_a_ride()
    {
        var stop = TestContext.Current.CancellationToken;
        var position = 1_000_000;
        // A fare is earned by a driver who was assigned before.
        var corpus = EventCatalogue
            .Published.All.OrderBy(type => type.Name is "FareFinalized" or "CancellationFeeAssessed")
            .SelectMany(type =>
                CheckCorpus.Payloads(CheckedIn, type).Select(payload => (type.Name, type.Version, payload))
            )
            .Select(written => new LoggedEvent
            {
                EventId = Guid.CreateVersion7(),
                EventType = written.Name,
                Version = written.Version,
                Source = "corpus",
                StreamId = RideId,
                Position = ++position,
                StreamVersion = position,
                Timestamp = DateTimeOffset.UnixEpoch,
                Payload = written.payload,
            })
            .ToList();
        await using var scope = host.Services.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<AppDbContext>();
        await using var transaction = await db.Database.BeginTransactionAsync(stop);
        db.AddRange(corpus);
        await db.SaveChangesAsync(stop);
        var projections = scope.ServiceProvider.GetServices<IProjection>().ToList();

        projections.ShouldNotBeEmpty();
        foreach (var projection in projections)
        {
            var read = corpus
                .Select(logged => new ReadEvent(logged, EventCatalogue.Published.Read(logged)!))
                .Where(read => projection.Events.Contains(read.Event.GetType()))
                .ToList();
            read.ShouldNotBeEmpty(projection.Name);
            await projection.Apply(db, generation: 99, read, stop);
        }
        await db.SaveChangesAsync(stop);

        var requested = corpus.FindAll(logged => logged.EventType == nameof(RideRequested));
        RideState.Of([requested[0], .. corpus.Except(requested)]).Version.ShouldBe(corpus.Count - requested.Count + 1);
    }

    [Fact]
    public void A_new_version_needs_a_file_which_the_check_writes_on_request()
    {
        var events = new EventCatalogue([typeof(RideRated)]);
        CheckCorpus
            .In(_folder, events, update: false)
            .ShouldHaveSingleItem()
            .ShouldContain("error corpus_missing: RideRated version 1: ");
        CheckCorpus.In(_folder, events, update: true).ShouldBeEmpty();
        CheckCorpus.In(_folder, events, update: false).ShouldBeEmpty();
    }

    [Fact]
    public void An_old_event_that_can_no_longer_be_read_is_named()
    {
        var events = new EventCatalogue([typeof(RideRated), typeof(RideRatedV2)]);
        CheckCorpus.In(_folder, events, update: true);
        var file = Path.Combine(_folder, "RideRated.v1.json");
        File.WriteAllText(file, File.ReadAllText(file).Replace("\"stars\"", "\"points\"", StringComparison.Ordinal));

        var problems = CheckCorpus.In(_folder, events, update: true);

        problems.Count.ShouldBe(4);
        problems[0]
            .ShouldStartWith(
                $"{file} : error corpus_unreadable: RideRated version 1: Event 1 cannot be read as RideRated: "
            );
        problems[0].ShouldContain("stars");
    }
}
