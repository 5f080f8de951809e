using RideBooking.Contracts;
using RideBooking.Matching;
using RideBooking.TestKit.Contracts;

namespace RideBooking.Tests.Matching;

public sealed class When_the_destination_changes : IAsyncLifetime
{
    MatchingLab _lab = null!;

    public async ValueTask InitializeAsync() => _lab = await MatchingLab.Open();

    public ValueTask DisposeAsync() => _lab.DisposeAsync();

    [Fact]
    public async Task The_next_driver_is_offered_the_new_trip()
    {
        var ride = await Requested();

        await _lab.DeliverAndSettle(ride.Redirected(stops: [Samples.Zoo]));
        await _lab.DeliverAndSettle(await _lab.Online("anna", 52.522, 13.4132));

        var offered = _lab.SentOf<DriverOffered>().ShouldHaveSingleItem();
        (offered.Dropoff, offered.Fare).ShouldBe((Samples.Gendarmenmarkt, Samples.Euro(9.90m)));
        (await Offers("anna")).ShouldHaveSingleItem().Stops.ShouldBe([Samples.Zoo]);
    }

    [Fact]
    public async Task An_open_offer_shows_the_new_trip()
    {
        await _lab.DeliverAndSettle(await _lab.Online("anna", 52.522, 13.4132));
        var ride = await Requested();
        (await Offers("anna")).ShouldHaveSingleItem().Dropoff.ShouldBe(Samples.Zoo);

        await _lab.DeliverAndSettle(ride.Redirected());

        (await Offers("anna")).ShouldHaveSingleItem().Dropoff.ShouldBe(Samples.Gendarmenmarkt);
    }

    [Fact]
    public async Task A_change_that_comes_late_or_twice_changes_nothing()
    {
        var ride = await Requested();
        var (first, second) = (ride.Redirected(1) with { Dropoff = Samples.Zoo }, ride.Redirected(2));

        foreach (var change in new[] { second, first, second, first })
            await _lab.Deliver(change);

        (await _lab.All<Search>()).ShouldHaveSingleItem().Dropoff.ShouldBe(Samples.Gendarmenmarkt);
    }

    [Fact]
    public async Task A_change_of_a_ride_that_has_ended_changes_nothing()
    {
        var ride = await Requested();
        await _lab.DeliverAndSettle(ride.Cancelled);

        await _lab.Deliver(ride.Redirected());

        (await _lab.All<Search>()).ShouldHaveSingleItem().Dropoff.ShouldBe(Samples.Zoo);
    }

    [Fact]
    public async Task A_change_that_overtakes_the_request_is_tried_again()
    {
        var ride = new RideOf();
        await Should.ThrowAsync<InvalidOperationException>(() => _lab.Deliver(ride.Redirected()));
    }

    async Task<RideOf> Requested()
    {
        var ride = new RideOf("rider", "anna") { Start = _lab.Now };
        await _lab.DeliverAndSettle(ride.Requested);
        return ride;
    }

    Task<List<OfferView>> Offers(string driver) =>
        _lab.In(db => ListOffers.Of(driver, db, _lab.Clock, MatchingLab.Stop));
}
