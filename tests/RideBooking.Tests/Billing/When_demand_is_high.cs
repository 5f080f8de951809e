using System.Net;
using System.Text.Json.Nodes;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using RideBooking.Billing;
using RideBooking.Contracts;
using RideBooking.Contracts.Seams;
using RideBooking.EventLog;
using RideBooking.TestKit.Api;
using RideBooking.TestKit.Contracts;
using RideBooking.Tests.Payments;
using City = RideBooking.TestKit.Api.City;

namespace RideBooking.Tests.Billing;

/// <summary>Riders request many rides around one place, and no driver is available.</summary>
public sealed class When_demand_is_high : IAsyncLifetime
{
    MoneyLab _lab = null!;

    public async ValueTask InitializeAsync() => _lab = await MoneyLab.Open(("Billing:Surge:Max", "1.8"));

    public ValueTask DisposeAsync() => _lab.DisposeAsync();

    async Task Rush()
    {
        for (var minute = 0; minute < 20; minute++)
        {
            for (var request = 0; request < 2; request++)
                await _lab.Log(Events.RideRequested(Guid.CreateVersion7(), _lab.Now));
            _lab.Clock.Advance(TimeSpan.FromMinutes(1));
        }
    }

    // In a second round, because the first one may find events that have no positions yet.
    async Task Learn()
    {
        for (var round = 0; round < 2; round++)
            await _lab.In(async db =>
            {
                await _lab.Services.GetRequiredService<LearnSurge>().Learn(db, MoneyLab.Stop);
                return 0;
            });
    }

    async Task<JsonNode> Quote(JsonObject from, JsonObject to)
    {
        var trip = new JsonObject { ["pickup"] = from.DeepClone(), ["dropoff"] = to.DeepClone() };
        var rider = await _lab.As("rider", "rider-1");
        return (await rider.Post("quotes", trip)).ShouldBe(HttpStatusCode.OK).Body!;
    }

    [Fact]
    public async Task A_quote_from_there_has_a_surge_that_is_frozen_in_it()
    {
        await Learn();
        (await Quote(City.Alexanderplatz, City.Zoo))["surge"]!.GetValue<decimal>().ShouldBe(1m);

        await Rush();
        await Learn();
        var quote = await Quote(City.Alexanderplatz, City.Zoo);
        quote["surge"]!.GetValue<decimal>().ShouldBe(1.8m);
        quote["breakdown"]!.AsArray().ShouldContain(line => line!["code"]!.GetValue<string>() == "surge");
        _lab.Services.GetRequiredService<QuoteTokens>()
            .TryRead(quote["quoteId"]!.GetValue<string>(), out var promise)
            .ShouldBeTrue();
        promise.SurgePercent.ShouldBe(180);
        _lab.Services.GetRequiredService<ITripPolicy>()
            .Terms(Samples.Alexanderplatz, Samples.Zoo, "standard")
            .SurgePercent.ShouldBe(180);

        (await Quote(City.Zoo, City.Alexanderplatz))["surge"]!.GetValue<decimal>().ShouldBe(1m);
        _lab.Clock.Advance(TimeSpan.FromHours(2));
        (await Quote(City.Alexanderplatz, City.Zoo))["surge"]!.GetValue<decimal>().ShouldBe(1m);
    }

    [Fact]
    public async Task A_host_that_starts_later_computes_the_same()
    {
        await Learn();
        await Rush();
        await Learn();
        // The lab leaves the time of the envelope empty; a new host looks for the first event of the last day.
        await _lab.In(db =>
            db.Set<LoggedEvent>()
                .ExecuteUpdateAsync(set => set.SetProperty(row => row.Timestamp, _lab.Now), MoneyLab.Stop)
        );
        var before = Factor(_lab.Services.GetRequiredService<SurgeGrid>());
        var options = _lab.Services.GetRequiredService<SurgeOptions>();
        var grid = new SurgeGrid(options);
        var later = ActivatorUtilities.CreateInstance<LearnSurge>(_lab.Services, grid, options);
        Factor(grid).ShouldBe(1m);
        await _lab.In(async db =>
        {
            await later.Learn(db, MoneyLab.Stop);
            return 0;
        });
        Factor(grid).ShouldBe(before);

        decimal Factor(SurgeGrid of) => of.At(Samples.Alexanderplatz, _lab.Now);
    }
}
