using RideBooking.Contracts;
using RideBooking.Matching;

namespace RideBooking.Tests.Matching;

public sealed class When_several_drivers_are_equally_near : IAsyncLifetime
{
    MatchingLab _lab = null!;

    public async ValueTask InitializeAsync() => _lab = await MatchingLab.Open();

    public ValueTask DisposeAsync() => _lab.DisposeAsync();

    DriverOffered LastOffer => _lab.SentOf<DriverOffered>()[^1];

    async Task ComesOnline(string driver, double lat) =>
        await _lab.DeliverAndSettle(await _lab.Online(driver, lat, 13.4132));

    async Task<RideRequested> Requested()
    {
        var ride = _lab.Request();
        await _lab.DeliverAndSettle(ride);
        return ride;
    }

    async Task Drives()
    {
        await _lab.Accept(LastOffer.DriverId, LastOffer.OfferId);
        await _lab.Settle();
        await _lab.DeliverAndSettle(_lab.Completed(_lab.SentOf<DriverAssigned>()[^1]));
    }

    [Fact]
    public async Task The_one_on_duty_without_a_ride_for_longest_is_offered_the_ride()
    {
        await ComesOnline("first", 52.5225);
        _lab.Clock.Advance(TimeSpan.FromSeconds(1));
        await ComesOnline("second", 52.5220);

        await Requested();

        LastOffer.DriverId.ShouldBe("first");
    }

    [Fact]
    public async Task The_one_who_has_just_had_a_ride_comes_last()
    {
        await ComesOnline("near", 52.5220);
        await ComesOnline("nearby", 52.5225);
        await Requested();
        LastOffer.DriverId.ShouldBe("near");
        _lab.Clock.Advance(TimeSpan.FromSeconds(1));
        await Drives();

        await Requested();

        LastOffer.DriverId.ShouldBe("nearby");
    }

    [Fact]
    public async Task The_one_who_declined_comes_last_until_the_decline_is_forgotten()
    {
        await ComesOnline("near", 52.5220);
        await ComesOnline("nearby", 52.5225);
        var declined = await Requested();
        await _lab.Decline("near", LastOffer.OfferId);
        await _lab.Settle();
        await _lab.DeliverAndSettle(_lab.Cancelled(declined));

        var second = await Requested();
        LastOffer.DriverId.ShouldBe("nearby");
        await _lab.DeliverAndSettle(_lab.Cancelled(second));

        _lab.Clock.Advance(TimeSpan.FromMinutes(61));
        await _lab.Stands("near", 52.5220, 13.4132);
        await _lab.Stands("nearby", 52.5225, 13.4132);
        await Requested();
        LastOffer.DriverId.ShouldBe("near");
        (await _lab.All<Candidate>()).Single(driver => driver.DriverId == "near").Declines.ShouldBe(1);
    }

    [Fact]
    public async Task A_clearly_nearer_one_is_offered_the_ride_all_the_same()
    {
        await ComesOnline("far", 52.5350);
        _lab.Clock.Advance(TimeSpan.FromSeconds(30));
        await ComesOnline("near", 52.5220);

        await Requested();

        LastOffer.DriverId.ShouldBe("near");
    }

    [Fact]
    public async Task A_fairer_one_just_outside_the_first_step_of_the_search_is_not_overlooked()
    {
        // The first step is 500 m; the other driver needs 26 s longer, at 620 m.
        await ComesOnline("fair", 52.52746);
        _lab.Clock.Advance(TimeSpan.FromSeconds(30));
        await ComesOnline("near", 52.5261);

        await Requested();

        LastOffer.DriverId.ShouldBe("fair");
    }
}
