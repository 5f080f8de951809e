using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.SqlServer.TransactSql.ScriptDom;
using RideBooking.Contracts;
using RideBooking.Drivers;
using RideBooking.Matching;
using RideBooking.Platform;
using RideBooking.Platform.Persistence;
using RideBooking.Positions;
using RideBooking.Tests.Platform.Persistence;

namespace RideBooking.Tests.Matching;

/// <summary>Checks that the statements, whose results are tested on SQLite, are also valid on PostgreSQL and in plain T-SQL.</summary>
public sealed class When_matching_runs_on_a_server
{
    static readonly IModule[] s_modules = [new MatchingModule(), new DriversModule()];
    static readonly DateTimeOffset s_at = new(2026, 1, 10, 0, 0, 0, TimeSpan.Zero);

    readonly AnswersNothing _server = new();

    static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Every_statement_is_T_SQL()
    {
        await using var db = _server.AsSqlServer(s_modules);
        await Ask(db);
        foreach (var sql in _server.Asked)
        {
            new TSql160Parser(initialQuotedIdentifiers: true).Parse(new StringReader(sql), out var errors);
            errors.Select(error => $"{error.Message} in {sql}").ShouldBeEmpty();
        }
    }

    [Fact]
    public async Task Every_statement_is_one_for_PostgreSQL()
    {
        await using var db = _server.AsPostgres(s_modules);
        await Ask(db);
    }

    async Task Ask(AppDbContext db)
    {
        var matching = MatchingOptions.Read(new ConfigurationBuilder().Build());
        var nearby = new NearbyDrivers(db, matching, TimeProvider.System);
        var offers = new ExclusiveOffers(db, nearby, matching, TimeProvider.System);
        var batches = new Batches(matching, TimeProvider.System);
        var ride = Guid.CreateVersion7();
        foreach (var (lng, vehicle) in new[] { (13.4, "standard"), (179.99, "xl") })
        {
            var search = new Search
            {
                RideId = ride,
                RiderId = "rider",
                RequestedAt = s_at,
                Pickup = new Place(52.5, lng),
                VehicleClass = vehicle,
            };
            foreach (
                var asked in new Dictionary<string, NearbyDrivers.LastOffer>[]
                {
                    [],
                    new() { ["anna"] = new(OfferStatus.Declined, s_at), ["bela"] = new(OfferStatus.Expired, s_at) },
                }
            )
            {
                (await nearby.FindWithin(search, 1500, 3000, asked, s_at, Stop)).ShouldBeEmpty();
                (await nearby.FindWithin(search, 500, 500, asked, s_at, Stop)).ShouldBeEmpty();
            }
            (await db.Reserve("anna", search, ride, s_at, s_at, Stop)).ShouldBeFalse();
        }
        (await nearby.LastOffers(ride, Stop)).ShouldBeEmpty();
        var waiting = new OfferWaitingRide(db, offers, batches, matching, TimeProvider.System);
        (await waiting.FindRides("anna", "xl", 52.5, 13.4, Stop)).ShouldBeEmpty();
        (await db.TakeSearch(ride, Stop)).ShouldBeNull();
        (await db.TakeOpenSearch(ride, Stop)).ShouldBeNull();
        (await db.TakeSearchOffering(ride, ride, Stop)).ShouldBeNull();
        (await db.Free("anna", ride, Stop)).ShouldBeFalse();
        (await db.FreeAfterRide("anna", ride, s_at, Stop)).ShouldBeFalse();
        (await db.FreeAfterDecline("anna", ride, s_at, TimeSpan.FromHours(1), Stop)).ShouldBeFalse();
        (await db.FreeAfterMissedOffer("anna", ride, s_at, Stop)).ShouldBeFalse();
        (await db.TryBeginBatch(1, Stop)).ShouldBeFalse();
        (await GetMatchTrace.Attempts(db, ride, Stop)).ShouldBeEmpty();
        (await db.StopOfferingAfter(3, "anna", Stop)).ShouldBeNull();
        await db.MarkDriverActive("anna", s_at, Stop);
        var offer = new Offer
        {
            OfferId = ride,
            RideId = ride,
            DriverId = "anna",
            Attempt = 1,
            PickupEtaSeconds = 60,
            OfferedAt = s_at,
            ExpiresAt = s_at,
        };
        (await db.EndEvents(offer).ToListAsync(Stop)).ShouldBeEmpty();
        (await db.Assign(offer, Stop)).ShouldBeFalse();
        (await ListOffers.Of("anna", db, TimeProvider.System, Stop)).ShouldBeEmpty();
        (await db.RidesOf("anna").ToListAsync(Stop)).ShouldBeEmpty();
        (await db.OffersTo("anna", s_at).ToListAsync(Stop)).ShouldBeEmpty();
        (await FollowOffers.ActiveRide(db, "anna", Stop)).ShouldBeNull();
        (await FollowOffers.Since(db, "anna", 0, 9, Stop))!.Value.Events.ShouldBeEmpty();
        var rides = db.RidesOf("anna");
        (
            await db.Set<DriverProfile>()
                .Where(driver => driver.ShiftId == ride && !rides.Any())
                .ExecuteUpdateAsync(row => row.SetProperty(driver => driver.ShiftId, (Guid?)null), Stop)
        ).ShouldBe(0);
        var silent = new EndSilentShifts(
            new ServiceCollection().BuildServiceProvider().GetRequiredService<IServiceScopeFactory>(),
            DriversOptions.Read(new ConfigurationBuilder().Build()),
            TimeProvider.System,
            NullLogger<EndSilentShifts>.Instance
        );
        (await silent.Silent(db).ToListAsync(Stop)).ShouldBeEmpty();
        (
            await silent
                .Silent(db)
                .ExecuteUpdateAsync(row => row.SetProperty(driver => driver.ShiftId, (Guid?)null), Stop)
        ).ShouldBe(0);
        _server.Asked.Count.ShouldBe(37);
    }
}
