using System.Data.Common;
using MassTransit;
using Microsoft.EntityFrameworkCore;

namespace RideBooking.MassTransitOnEntityFramework;

public sealed class DatabaseConflictsTests
{
    public static TheoryData<string> Databases => ConformanceServers.Databases;

    static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory, MemberData(nameof(Databases))]
    public async Task A_duplicate_key_is_a_conflict_and_a_mistake_is_none(string provider)
    {
        await using var servers = await ConformanceServers.StartAsync(provider);
        await using var bench = await Bench.BuildAsync(servers);
        var letter = Guid.CreateVersion7();
        await Add();

        var duplicate = await Should.ThrowAsync<DbUpdateException>(Add);
        DatabaseConflicts.IsDuplicateKey(duplicate).ShouldBeTrue();
        DatabaseConflicts.IsConflict(duplicate).ShouldBeTrue();
        DatabaseConflicts.IsRetryable(duplicate).ShouldBeTrue();

        var mistake = await Fail("SELECT * FROM there_is_no_such_table");
        DatabaseConflicts.IsConflict(mistake).ShouldBeFalse();
        DatabaseConflicts.IsRetryable(mistake).ShouldBeFalse();
        DatabaseConflicts.IsMissingColumn(mistake).ShouldBeFalse();

        mistake = await Fail("""SELECT there_is_no_such_column FROM "Letters" """);
        DatabaseConflicts.IsRetryable(mistake).ShouldBeFalse();
        DatabaseConflicts.IsMissingColumn(mistake).ShouldBeTrue();

        Task<DbException> Fail(string sql) =>
            Should.ThrowAsync<DbException>(() => bench.In(office => office.Database.ExecuteSqlRawAsync(sql, Stop)));

        Task Add() =>
            bench.In(office =>
            {
                office.Letters.Add(new HostedEnvelope { Id = letter });
                return office.SaveChangesAsync(Stop);
            });
    }

    [Theory, MemberData(nameof(Databases))]
    public async Task Overtaking_a_version_is_a_conflict(string provider)
    {
        await using var servers = await ConformanceServers.StartAsync(provider);
        await using var bench = await Bench.BuildAsync(servers);
        var parcel = Guid.CreateVersion7();
        await bench.In(office =>
        {
            office.Parcels.Add(new Parcel { CorrelationId = parcel, Status = "InTransit" });
            return office.SaveChangesAsync(Stop);
        });

        var overtaken = await Should.ThrowAsync<DbUpdateConcurrencyException>(() =>
            bench.In(async office =>
            {
                var saga = await office.Parcels.SingleAsync(Stop);
                await bench.In(async other =>
                {
                    (await other.Parcels.SingleAsync(Stop)).Version = 7;
                    return await other.SaveChangesAsync(Stop);
                });
                saga.Scans++;
                return await office.SaveChangesAsync(Stop);
            })
        );

        DatabaseConflicts.IsConflict(overtaken).ShouldBeTrue();
        DatabaseConflicts.IsDuplicateKey(overtaken).ShouldBeFalse();
    }

    [Fact]
    public void A_cause_is_found_however_deep_it_is()
    {
        var conflict = new DbUpdateConcurrencyException("Overtaken.");

        DatabaseConflicts.IsConflict(new InvalidOperationException("Wrapped.", conflict)).ShouldBeTrue();
        DatabaseConflicts
            .IsConflict(new AggregateException(new InvalidOperationException("Another."), conflict))
            .ShouldBeTrue();
        DatabaseConflicts.IsConflict(new InvalidOperationException("Something else.")).ShouldBeFalse();
        DatabaseConflicts.IsConflict(null).ShouldBeFalse();
        DatabaseConflicts.IsRetryable(new TimeoutException()).ShouldBeTrue();
    }
}
