using MassTransit.Scheduling;
using Microsoft.EntityFrameworkCore;
using RideBooking.Contracts;
using RideBooking.Matching;

namespace RideBooking.Tests.Matching;

public sealed class DriverSearchTests : IAsyncLifetime
{
    MatchingLab _lab = null!;

    public async ValueTask InitializeAsync() => _lab = await MatchingLab.Open();

    public ValueTask DisposeAsync() => _lab.DisposeAsync();

    async Task<DriverWentOnline> ComesOnline(string driver, double lat = 52.5220, string vehicle = "standard")
    {
        var online = await _lab.Online(driver, lat, 13.4132, vehicle);
        await _lab.Happens(online);
        return online;
    }

    async Task<RideRequested> Requested(RideRequested? request = null)
    {
        var ride = request ?? _lab.Request();
        await _lab.Happens(ride);
        return ride;
    }

    DriverOffered LastOffer => _lab.SaidOf<DriverOffered>()[^1];

    string[] Offered => [.. _lab.SaidOf<DriverOffered>().Select(offer => offer.DriverId)];

    async Task<DriverAssigned> Accepts()
    {
        var offer = LastOffer;
        (await _lab.Accept(offer.DriverId, offer.OfferId)).StatusCode().ShouldBe(200);
        await _lab.Settle();
        return _lab.SaidOf<DriverAssigned>()[^1];
    }

    Task TimesOut(DriverOffered offer) =>
        _lab.Happens(new OfferTimeout(offer.RideId, offer.OfferId, OfferEndReason.Timeout));

    [Fact]
    public async Task Offers_the_ride_to_the_nearest_driver_alone()
    {
        await ComesOnline("far", 52.55);
        await ComesOnline("near", 52.5225);

        var ride = await Requested();

        var offered = _lab.SaidOf<DriverOffered>().ShouldHaveSingleItem();
        offered.DriverId.ShouldBe("near");
        (offered.RideId, offered.Fare, offered.Pickup).ShouldBe((ride.RideId, ride.QuotedFare, ride.Pickup));
        offered.ExpiresAt.ShouldBe(_lab.Now.AddSeconds(20));
        offered.PickupEtaSeconds.ShouldBe(60);
    }

    [Fact]
    public async Task Sets_one_timer_for_each_offer()
    {
        await ComesOnline("anna");

        await Requested();

        _lab.SaidOf<ScheduleMessage>().ShouldHaveSingleItem().ScheduledTime.ShouldBe(LastOffer.ExpiresAt.UtcDateTime);
    }

    [Fact]
    public async Task Costs_three_statements_before_it_saves()
    {
        await ComesOnline("anna");
        _lab.Statements.Taken();

        await _lab.Deliver(_lab.Request());

        // The inbox's mark, the search: known? who is near? reserve; then one batch of inserts and the mark's completion.
        var statements = _lab.Statements.Taken();
        statements.Count(text => text.Contains("matching_", StringComparison.Ordinal)).ShouldBeLessThanOrEqualTo(5);
        statements.Count(text => text.StartsWith("SELECT", StringComparison.Ordinal)).ShouldBeLessThanOrEqualTo(3);
    }

    [Fact]
    public async Task Goes_on_to_the_next_nearest_when_a_driver_declines()
    {
        await ComesOnline("second", 52.525);
        await ComesOnline("first", 52.522);
        var ride = await Requested();

        (await _lab.Decline("first", LastOffer.OfferId, "lunch")).StatusCode().ShouldBe(204);
        await _lab.Settle();

        Offered.ShouldBe(["first", "second"]);
        var declined = _lab.SaidOf<OfferDeclined>().ShouldHaveSingleItem();
        (declined.RideId, declined.DriverId, declined.Reason).ShouldBe((ride.RideId, "first", "lunch"));
    }

    [Fact]
    public async Task Never_asks_a_driver_twice_who_declined_or_let_it_expire()
    {
        await ComesOnline("declines", 52.522);
        await ComesOnline("sleeps", 52.523);
        await Requested();
        await _lab.Decline("declines", LastOffer.OfferId);
        await _lab.Settle();
        await TimesOut(LastOffer);

        await ComesOnline("declines", 52.522);
        await ComesOnline("sleeps", 52.522);

        Offered.ShouldBe(["declines", "sleeps"]);
        _lab.SaidOf<OfferExpired>().ShouldHaveSingleItem().Reason.ShouldBe("timeout");
    }

    [Fact]
    public async Task Never_offers_riders_their_own_ride()
    {
        await ComesOnline("both");
        var ride = await Requested(_lab.Request(rider: "both"));
        await ComesOnline("both");
        Offered.ShouldBeEmpty();

        await ComesOnline("anna", 52.53);
        (LastOffer.RideId, LastOffer.DriverId).ShouldBe((ride.RideId, "anna"));
    }

    [Fact]
    public async Task Does_not_let_riders_take_their_own_ride()
    {
        var ride = await Requested(_lab.Request(rider: "both"));
        await ComesOnline("anna");
        await _lab.In(db =>
            db.Set<Search>()
                .Where(search => search.RideId == ride.RideId)
                .ExecuteUpdateAsync(row => row.SetProperty(search => search.RiderId, "anna"), MatchingLab.Stop)
        );

        (await _lab.Accept("anna", LastOffer.OfferId)).Problem().ShouldBe((409, "own_ride"));
    }

    [Fact]
    public async Task Offers_the_free_driver_another_ride_after_he_declined_one()
    {
        await ComesOnline("anna");
        await Requested();
        var second = await Requested();

        await _lab.Decline("anna", LastOffer.OfferId);
        await _lab.Settle();

        LastOffer.RideId.ShouldBe(second.RideId);
    }

    [Theory]
    [InlineData("standard", "comfort", true)]
    [InlineData("comfort", "comfort", true)]
    [InlineData("comfort", "standard", false)]
    [InlineData("xl", "comfort", false)]
    public async Task Heeds_the_vehicle_class(string asked, string vehicle, bool offered)
    {
        await ComesOnline("before", vehicle: vehicle);
        await Requested(_lab.Request(vehicle: asked));
        await Requested(_lab.Request(vehicle: asked));
        await ComesOnline("after", vehicle: vehicle);

        Offered.ShouldBe(offered ? ["before", "after"] : []);
    }

    [Fact]
    public async Task Does_not_look_beyond_the_radius()
    {
        await ComesOnline("beyond", 52.5219 + 0.1365); // 15.18 km
        await Requested();
        await ComesOnline("further beyond", 52.5219 + 0.14);
        Offered.ShouldBeEmpty();

        await ComesOnline("within", 52.5219 + 0.1345); // 14.96 km
        Offered.ShouldBe(["within"]);
    }

    [Fact]
    public async Task Finds_drivers_across_the_180th_meridian()
    {
        await _lab.Happens(await _lab.Online("fiji", -17, -179.97));
        await Requested(_lab.Request(-17, 179.98));
        await Requested(_lab.Request(-17, 179.99));
        await _lab.Happens(await _lab.Online("taveuni", -17, -179.99));

        Offered.ShouldBe(["fiji", "taveuni"]);
    }

    [Fact]
    public async Task Waits_for_whoever_comes_on_duty_and_the_oldest_request_comes_first()
    {
        var first = await Requested();
        _lab.Clock.Advance(TimeSpan.FromSeconds(1));
        var second = await Requested();
        Offered.ShouldBeEmpty();

        await ComesOnline("anna");
        await ComesOnline("bela");

        _lab.SaidOf<DriverOffered>().Select(offer => offer.RideId).ShouldBe([first.RideId, second.RideId]);
    }

    [Fact]
    public async Task Waits_for_whoever_becomes_free()
    {
        await ComesOnline("anna");
        await Requested();
        var assigned = await Accepts();
        var second = await Requested();
        _lab.SaidOf<DriverOffered>().Count.ShouldBe(1);

        await _lab.Happens(_lab.Completed(assigned));

        LastOffer.RideId.ShouldBe(second.RideId);
        LastOffer.DriverId.ShouldBe("anna");
    }

    [Theory]
    [InlineData(typeof(SearchReopened))]
    [InlineData(typeof(DriverBecameFree))]
    public async Task Does_not_miss_a_driver_who_comes_in_the_very_moment_nobody_was_found(Type theOneThatSees)
    {
        // Both looked before the other had committed and found nothing; what follows after the commits is in the outbox.
        var ride = _lab.Request();
        await _lab.Deliver(ride);
        await _lab.Deliver(await _lab.Online("anna", 52.522, 13.4132));
        var looks = await _lab.TakeOutbox();
        looks.Select(look => look.GetType()).ShouldBe([typeof(SearchReopened), typeof(DriverBecameFree)], true);

        // Either look alone is enough, whichever comes first.
        await _lab.Happens(looks.Single(look => look.GetType() == theOneThatSees));

        LastOffer.RideId.ShouldBe(ride.RideId);
        await _lab.Happens(looks.Single(look => look.GetType() != theOneThatSees));
        Offered.ShouldBe(["anna"]);
    }

    [Fact]
    public async Task Does_not_begin_for_a_ride_that_was_cancelled_before_its_request_arrived()
    {
        await ComesOnline("anna");
        var ride = _lab.Request();

        await _lab.Happens(_lab.Cancelled(ride));
        await _lab.Happens(ride);

        Offered.ShouldBeEmpty();
    }

    [Fact]
    public async Task Takes_the_offer_back_when_the_rider_cancels_and_sets_the_driver_free()
    {
        await ComesOnline("anna");
        var ride = await Requested();
        var second = await Requested();

        await _lab.Happens(_lab.Cancelled(ride));

        var expired = _lab.SaidOf<OfferExpired>().ShouldHaveSingleItem();
        (expired.RideId, expired.DriverId, expired.Reason).ShouldBe((ride.RideId, "anna", "rideCancelled"));
        LastOffer.RideId.ShouldBe(second.RideId);
    }

    [Fact]
    public async Task Ends_with_the_rides_deadline()
    {
        var ride = await Requested();
        await _lab.Happens(new NoDriverFound(ride.RideId, ride.RiderId, 180, _lab.Now));

        await ComesOnline("anna");

        Offered.ShouldBeEmpty();
    }

    [Fact]
    public async Task Goes_on_without_a_driver_who_goes_off_duty_and_asks_him_again_when_he_is_back()
    {
        var shift = await ComesOnline("anna", 52.522);
        var ride = await Requested();

        await _lab.Happens(new DriverWentOffline("anna", shift.ShiftId, "driver", _lab.Now));
        _lab.SaidOf<OfferExpired>().ShouldHaveSingleItem().Reason.ShouldBe("driverOffline");
        _lab.Clock.Advance(TimeSpan.FromSeconds(1));
        await ComesOnline("anna");

        _lab.SaidOf<DriverOffered>().Count.ShouldBe(2);
        LastOffer.RideId.ShouldBe(ride.RideId);
    }

    [Fact]
    public async Task Is_not_misled_by_the_late_end_of_an_older_shift()
    {
        var older = await ComesOnline("anna");
        _lab.Clock.Advance(TimeSpan.FromSeconds(1));
        await ComesOnline("anna");

        await _lab.Happens(new DriverWentOffline("anna", older.ShiftId, "driver", _lab.Now));
        await Requested();

        Offered.ShouldBe(["anna"]);
    }

    [Fact]
    public async Task Is_not_misled_by_a_shift_whose_end_arrived_first()
    {
        var shift = await _lab.Online("anna", 52.522, 13.4132);
        await _lab.Happens(new DriverWentOffline("anna", shift.ShiftId, "driver", _lab.Now));
        await _lab.Happens(shift);

        await Requested();

        Offered.ShouldBeEmpty();
    }

    [Fact]
    public async Task Begins_again_without_the_driver_who_released_the_ride()
    {
        await ComesOnline("anna");
        var ride = await Requested();
        var assigned = await Accepts();

        await _lab.Happens(_lab.Unassigned(assigned));
        await ComesOnline("bela");

        Offered.ShouldBe(["anna", "bela"]);
        LastOffer.RideId.ShouldBe(ride.RideId);
        (await Accepts()).Attempt.ShouldBe(2);
    }

    [Fact]
    public async Task Does_not_begin_again_because_of_an_old_release()
    {
        await ComesOnline("anna");
        await Requested();
        var first = await Accepts();
        await _lab.Happens(_lab.Unassigned(first));
        await ComesOnline("bela");
        await Accepts();

        await _lab.Happens(_lab.Unassigned(first));
        await ComesOnline("carl");

        Offered.ShouldBe(["anna", "bela"]);
    }

    [Fact]
    public async Task Frees_a_driver_whose_ride_was_over_before_he_was_assigned()
    {
        await ComesOnline("anna");
        await Requested();
        var assigned = await Accepts();

        await _lab.Happens(_lab.Unassigned(assigned, searchAgain: false));
        await Requested();

        Offered.ShouldBe(["anna", "anna"]);
    }

    [Fact]
    public async Task Is_indifferent_to_everything_coming_twice()
    {
        await TwiceOver(await _lab.Online("anna", 52.522, 13.4132));
        var ride = _lab.Request();
        await TwiceOver(ride);
        var offer = LastOffer;
        await TwiceOver(new OfferTimeout(offer.RideId, offer.OfferId, OfferEndReason.Timeout));
        await TwiceOver(await _lab.Online("bela", 52.523, 13.4132));
        var assigned = await Accepts();
        await TwiceOver(new OfferTimeout(assigned.RideId, assigned.OfferId, OfferEndReason.Timeout));
        await TwiceOver(_lab.Unassigned(assigned));
        await TwiceOver(await _lab.Online("carl", 52.523, 13.4132));
        await TwiceOver(_lab.Completed(await Accepts()));

        Offered.ShouldBe(["anna", "bela", "carl"]);
        _lab.SaidOf<OfferExpired>().Count.ShouldBe(1);
        _lab.SaidOf<DriverAssigned>().Select(one => one.DriverId).ShouldBe(["bela", "carl"]);
        (await _lab.All<Candidate>()).ShouldAllBe(candidate => candidate.Online && candidate.ReservedRideId == null);
        (await _lab.All<Search>()).ShouldHaveSingleItem().Status.ShouldBe(SearchStatus.Ended);

        // Redelivered by the broker under its own id, then repeated under another.
        async Task TwiceOver(object message)
        {
            var id = Guid.CreateVersion7();
            await _lab.Deliver(message, id);
            await _lab.Deliver(message, id);
            await _lab.Deliver(message);
            await _lab.Settle();
        }
    }
}
