using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using RideBooking.Cli;
using RideBooking.EventLog.Archives;
using RideBooking.Platform.Persistence;
using RideBooking.Tests.Host;

namespace RideBooking.Tests.Cli.Archives;

/// <summary>An operator uses <c>ridebooking archive</c> on a running host.</summary>
public sealed class ArchiveCommandTests(ArchiveCommandTests.Archiving host)
    : IClassFixture<ArchiveCommandTests.Archiving>
{
    static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Lists_the_archives()
    {
        var (first, second) = (ArchiveFrom(1, inFile: true), ArchiveFrom(2, inFile: false));
        await In(async db =>
        {
            db.AddRange(first, second);
            return await db.SaveChangesAsync(Stop);
        });

        var lines = (await host.Run("archive", "list")).ShouldEnd(ExitCode.Done).Lines;

        lines[1].ShouldStartWith($"{second.Id}\t2\t1002\t200\t3\t4000\tdatabase\t");
        lines[2].ShouldStartWith($"{first.Id}\t1\t1001\t200\t3\t4000\tfile\t");
        var newest = (await host.Run("archive", "list", "--limit", "1", "--json")).ShouldEnd(ExitCode.Done).Json;
        newest["items"]!.AsArray().ShouldHaveSingleItem()!["id"]!.ToString().ShouldBe($"{second.Id}");
    }

    [Fact]
    public async Task Runs_the_archiver_before_its_time_and_records_why()
    {
        var later = DateTimeOffset.UtcNow.AddDays(2);
        await Change(archiveId: null, dueAt: later);

        (await host.Run("archive", "run", "--reason", "before the backup"))
            .ShouldEnd(ExitCode.Done)
            .Out.ShouldStartWith("A host archives finished rides within a minute.");

        (await State()).DueAt.ShouldBeLessThan(later.AddDays(-1));
        (await host.Run("audit", "actions")).Lines.ShouldContain(line =>
            line.Contains("\tarchive-rides\t") && line.EndsWith("\tbefore the backup")
        );
        (await host.Run("archive", "run")).ShouldEnd(ExitCode.Usage).Error.ShouldContain("--reason");
    }

    [Fact]
    public async Task Leaves_the_lease_of_a_host_that_archives_as_it_is()
    {
        var (id, leasedUntil) = (Guid.CreateVersion7(), DateTimeOffset.UtcNow.AddDays(2));
        await Change(id, leasedUntil);

        (await host.Run("archive", "run", "--reason", "once more"))
            .ShouldEnd(ExitCode.Done)
            .Out.ShouldBe("A host is already archiving finished rides.\n");

        var state = await State();
        (state.ArchiveId, state.DueAt).ShouldBe((id, leasedUntil));
    }

    static Archive ArchiveFrom(long position, bool inFile) =>
        new()
        {
            Id = Guid.CreateVersion7(),
            FirstPosition = position,
            LastPosition = position + 1000,
            LastTimestamp = DateTimeOffset.UnixEpoch,
            Events = 200,
            Streams = 3,
            Size = 4000,
            Sha256 = [],
            CreatedAt = DateTimeOffset.UnixEpoch.AddDays(position),
            Data = inFile ? null : [1],
        };

    Task<int> Change(Guid? archiveId, DateTimeOffset dueAt) =>
        In(db =>
            db.Set<ArchiverState>()
                .ExecuteUpdateAsync(
                    set => set.SetProperty(row => row.ArchiveId, archiveId).SetProperty(row => row.DueAt, dueAt),
                    Stop
                )
        );

    Task<ArchiverState> State() => In(db => db.Set<ArchiverState>().AsNoTracking().SingleAsync(Stop));

    async Task<T> In<T>(Func<AppDbContext, Task<T>> use)
    {
        await using var scope = host.Services.CreateAsyncScope();
        return await use(scope.ServiceProvider.GetRequiredService<AppDbContext>());
    }

    /// <summary>A host that archives rides after half a year.</summary>
    public sealed class Archiving() : ListeningHost(new Host())
    {
        sealed class Host() : HostInProcess(("EventLog:ArchiveAfter", "180.00:00:00"));
    }
}
