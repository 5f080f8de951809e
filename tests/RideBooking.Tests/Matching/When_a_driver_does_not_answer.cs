using RideBooking.Contracts;
using RideBooking.Matching;

namespace RideBooking.Tests.Matching;

public sealed class When_a_driver_does_not_answer : IAsyncLifetime
{
    MatchingLab _lab = null!;

    public async ValueTask InitializeAsync() => _lab = await MatchingLab.Open();

    public ValueTask DisposeAsync() => _lab.DisposeAsync();

    string[] Offered => [.. _lab.SentOf<DriverOffered>().Select(offer => offer.DriverId)];

    DriverOffered LastOffer => _lab.SentOf<DriverOffered>()[^1];

    async Task ComesOnline(string driver, double lat = 52.5220) =>
        await _lab.DeliverAndSettle(await _lab.Online(driver, lat, 13.4132));

    /// <summary>Passes the time in which a driver who did not answer is offered nothing. The app reports.</summary>
    async Task CoolsDown()
    {
        _lab.Clock.Advance(TimeSpan.FromSeconds(30));
        await _lab.Stands("anna", 52.5220, 13.4132);
    }

    /// <summary>Requests a ride and cancels it once the offer to the only driver, who still reports, has expired.</summary>
    async Task IsOfferedInVain()
    {
        await CoolsDown();
        var ride = _lab.Request();
        await _lab.DeliverAndSettle(ride);
        LastOffer.RideId.ShouldBe(ride.RideId);
        await _lab.DeliverAndSettle(new OfferTimeout(ride.RideId, LastOffer.OfferId, OfferEndReason.Timeout));
        await _lab.DeliverAndSettle(_lab.Cancelled(ride));
    }

    [Fact]
    public async Task They_are_taken_off_duty_after_three_offers_in_a_row()
    {
        await ComesOnline("anna");
        var shift = (await _lab.All<Candidate>()).Single().ShiftId;
        await IsOfferedInVain();
        await IsOfferedInVain();
        _lab.SentOf<DriverIgnoredOffers>().ShouldBeEmpty();

        await IsOfferedInVain();

        _lab.SentOf<DriverIgnoredOffers>()
            .ShouldHaveSingleItem()
            .ShouldBe(new DriverIgnoredOffers("anna", shift, LastOffer.RideId, 3, _lab.Now));
        await _lab.DeliverAndSettle(_lab.Request());
        _lab.SentOf<DriverOffered>().Count.ShouldBe(3);
    }

    [Fact]
    public async Task They_come_back_with_a_new_shift()
    {
        await ComesOnline("anna");
        for (var n = 0; n < 3; n++)
            await IsOfferedInVain();
        _lab.Clock.Advance(TimeSpan.FromSeconds(1));

        await ComesOnline("anna");
        await IsOfferedInVain();

        _lab.SentOf<DriverOffered>().Count.ShouldBe(4);
        _lab.SentOf<DriverIgnoredOffers>().Count.ShouldBe(1);
    }

    [Fact]
    public async Task Declining_counts_as_an_answer()
    {
        await ComesOnline("anna");
        await IsOfferedInVain();
        await IsOfferedInVain();
        await CoolsDown();
        await _lab.DeliverAndSettle(_lab.Request());
        await _lab.Decline("anna", LastOffer.OfferId);
        await _lab.Settle();

        await IsOfferedInVain();
        await IsOfferedInVain();

        _lab.SentOf<DriverIgnoredOffers>().ShouldBeEmpty();
    }

    [Fact]
    public async Task Driving_counts_as_an_answer()
    {
        await ComesOnline("anna");
        await IsOfferedInVain();
        await IsOfferedInVain();
        await CoolsDown();
        await _lab.DeliverAndSettle(_lab.Request());
        await _lab.Accept("anna", LastOffer.OfferId);
        await _lab.Settle();
        await _lab.DeliverAndSettle(_lab.Completed(_lab.SentOf<DriverAssigned>().Single()));

        await IsOfferedInVain();
        await IsOfferedInVain();

        _lab.SentOf<DriverIgnoredOffers>().ShouldBeEmpty();
    }

    [Fact]
    public async Task An_offer_that_the_rider_cancelled_does_not_count()
    {
        await ComesOnline("anna");
        for (var n = 0; n < 4; n++)
        {
            var ride = _lab.Request();
            await _lab.DeliverAndSettle(ride);
            await _lab.DeliverAndSettle(_lab.Cancelled(ride));
        }

        _lab.SentOf<DriverOffered>().Count.ShouldBe(4);
        _lab.SentOf<DriverIgnoredOffers>().ShouldBeEmpty();
    }

    [Fact]
    public async Task An_offer_that_ran_out_in_an_outage_does_not_count()
    {
        await ComesOnline("anna");
        for (var n = 0; n < 4; n++)
        {
            var ride = _lab.Request();
            await _lab.DeliverAndSettle(ride);
            _lab.Clock.Advance(TimeSpan.FromSeconds(40));
            await _lab.DeliverAndSettle(new OfferTimeout(ride.RideId, LastOffer.OfferId, OfferEndReason.Timeout));
            await _lab.DeliverAndSettle(_lab.Cancelled(ride));
        }

        _lab.SentOf<DriverIgnoredOffers>().ShouldBeEmpty();
    }

    [Fact]
    public async Task A_silent_driver_is_not_asked_however_near()
    {
        for (var n = 0; n < 9; n++)
            await ComesOnline($"silent-{n}");
        _lab.Clock.Advance(TimeSpan.FromHours(6));
        await ComesOnline("live", 52.549);

        await _lab.DeliverAndSettle(_lab.Request());

        Offered.ShouldBe(["live"]);
    }

    [Fact]
    public async Task A_silent_driver_is_not_asked_for_a_waiting_ride_when_an_offer_ends()
    {
        await ComesOnline("anna");
        var first = _lab.Request();
        await _lab.DeliverAndSettle(first);
        await _lab.DeliverAndSettle(_lab.Request(rider: "other"));
        _lab.Clock.Advance(TimeSpan.FromMinutes(10));

        await _lab.DeliverAndSettle(new OfferTimeout(first.RideId, LastOffer.OfferId, OfferEndReason.Timeout));

        Offered.ShouldBe(["anna"]);
    }

    [Fact]
    public async Task A_driver_who_reported_nothing_while_driving_is_asked_once_they_report_again()
    {
        await ComesOnline("anna");
        await _lab.DeliverAndSettle(_lab.Request());
        await _lab.Accept("anna", LastOffer.OfferId);
        await _lab.Settle();
        _lab.Clock.Advance(TimeSpan.FromHours(1));
        await _lab.DeliverAndSettle(_lab.Completed(_lab.SentOf<DriverAssigned>().Single()));
        await _lab.DeliverAndSettle(_lab.Request());
        Offered.ShouldBe(["anna"]);

        await _lab.Stands("anna", 52.5220, 13.4132);
        await _lab.Advance(TimeSpan.FromSeconds(5));

        Offered.ShouldBe(["anna", "anna"]);
    }

    [Theory]
    [InlineData(60, true)]
    [InlineData(61, false)]
    public async Task A_position_older_than_a_minute_gets_no_offer(int age, bool offered)
    {
        await ComesOnline("anna");
        _lab.Clock.Advance(TimeSpan.FromSeconds(age));

        await _lab.DeliverAndSettle(_lab.Request());

        Offered.ShouldBe(offered ? ["anna"] : []);
    }

    [Fact]
    public async Task They_are_offered_no_ride_at_all_while_they_cool_down()
    {
        await ComesOnline("anna");
        var first = _lab.Request();
        await _lab.DeliverAndSettle(first);
        await _lab.DeliverAndSettle(new OfferTimeout(first.RideId, LastOffer.OfferId, OfferEndReason.Timeout));
        var second = _lab.Request(rider: "other");
        await _lab.DeliverAndSettle(second);
        await _lab.Advance(TimeSpan.FromSeconds(29));
        Offered.ShouldBe(["anna"]);
        (await _lab.Trace(second.RideId))
            .Attempts[^1]
            .Candidates.ShouldHaveSingleItem()
            .Reason.ShouldBe(MatchReason.CoolingDown);

        await _lab.Advance(TimeSpan.FromSeconds(6));

        Offered.ShouldBe(["anna", "anna"]);
    }

    [Fact]
    public async Task They_are_asked_again_after_the_others_and_a_pause()
    {
        await ComesOnline("near");
        await ComesOnline("far", 52.53);
        var ride = _lab.Request();
        await _lab.DeliverAndSettle(ride);
        await Misses();
        await Misses();
        Offered.ShouldBe(["near", "far"]);

        _lab.Clock.Advance(TimeSpan.FromSeconds(30));
        await _lab.DeliverAndSettle(new SearchContinues(ride.RideId, 1));

        Offered.ShouldBe(["near", "far", "near"]);
        await _lab.Accept("near", LastOffer.OfferId);
        await _lab.Settle();
        _lab.SentOf<DriverAssigned>().ShouldHaveSingleItem().RideId.ShouldBe(ride.RideId);

        Task Misses() =>
            _lab.DeliverAndSettle(new OfferTimeout(ride.RideId, LastOffer.OfferId, OfferEndReason.Timeout));
    }

    [Fact]
    public async Task A_driver_who_declined_gets_no_other_offer_in_that_search()
    {
        await ComesOnline("anna");
        var ride = _lab.Request();
        await _lab.DeliverAndSettle(ride);
        await _lab.Decline("anna", LastOffer.OfferId);
        await _lab.Settle();
        _lab.Clock.Advance(TimeSpan.FromMinutes(1));

        await _lab.DeliverAndSettle(new SearchContinues(ride.RideId, 1));

        Offered.ShouldBe(["anna"]);
    }
}
