using Microsoft.EntityFrameworkCore;
using RideBooking.Contracts;
using RideBooking.Matching;
using RideBooking.TestKit.Messaging;

namespace RideBooking.Tests.Matching;

public sealed class FindDriverTests : IAsyncLifetime
{
    MatchingLab _lab = null!;

    public async ValueTask InitializeAsync() => _lab = await MatchingLab.Open();

    public ValueTask DisposeAsync() => _lab.DisposeAsync();

    async Task<DriverWentOnline> ComesOnline(string driver, double lat = 52.5220, string vehicle = "standard")
    {
        var online = await _lab.Online(driver, lat, 13.4132, vehicle);
        await _lab.DeliverAndSettle(online);
        return online;
    }

    async Task<RideRequested> Requested(RideRequested? request = null)
    {
        var ride = request ?? _lab.Request();
        await _lab.DeliverAndSettle(ride);
        return ride;
    }

    DriverOffered LastOffer => _lab.SentOf<DriverOffered>()[^1];

    string[] Offered => [.. _lab.SentOf<DriverOffered>().Select(offer => offer.DriverId)];

    async Task<DriverAssigned> Accepts()
    {
        var offer = LastOffer;
        (await _lab.Accept(offer.DriverId, offer.OfferId)).StatusCode().ShouldBe(200);
        await _lab.Settle();
        return _lab.SentOf<DriverAssigned>()[^1];
    }

    Task TimesOut(DriverOffered offer) =>
        _lab.DeliverAndSettle(new OfferTimeout(offer.RideId, offer.OfferId, OfferEndReason.Timeout));

    [Fact]
    public async Task Offers_the_ride_to_the_nearest_driver_alone()
    {
        await ComesOnline("far", 52.55);
        await ComesOnline("near", 52.5225);

        var ride = await Requested();

        var offered = _lab.SentOf<DriverOffered>().ShouldHaveSingleItem();
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

        _lab.SentOf<SetTimer>().ShouldHaveSingleItem().Due.ShouldBe(LastOffer.ExpiresAt);
    }

    [Fact]
    public async Task Costs_three_statements_before_it_saves()
    {
        await ComesOnline("anna");
        _lab.Statements.Taken();

        await _lab.Deliver(_lab.Request());

        // The inbox entry; the search: is it known, which drivers are near, reserve; then one batch of inserts and the completion
        // of the inbox entry.
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
        var declined = _lab.SentOf<OfferDeclined>().ShouldHaveSingleItem();
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
        _lab.SentOf<OfferExpired>().ShouldHaveSingleItem().Reason.ShouldBe("timeout");
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
    public async Task Offers_a_free_driver_another_ride_after_they_declined_one()
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
    public async Task Respects_the_vehicle_class(string asked, string vehicle, bool offered)
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
        await _lab.Advance(TimeSpan.FromSeconds(30));
        await ComesOnline("further beyond", 52.5219 + 0.14);
        Offered.ShouldBeEmpty();

        await ComesOnline("within", 52.5219 + 0.1345); // 14.96 km
        Offered.ShouldBe(["within"]);
    }

    [Fact]
    public async Task Finds_drivers_across_the_180th_meridian()
    {
        await _lab.DeliverAndSettle(await _lab.Online("fiji", -17, -179.97));
        await Requested(_lab.Request(-17, 179.98));
        await Requested(_lab.Request(-17, 179.99));
        await _lab.DeliverAndSettle(await _lab.Online("taveuni", -17, -179.99));

        Offered.ShouldBe(["fiji", "taveuni"]);
    }

    [Fact]
    public async Task Waits_for_drivers_who_come_on_duty_and_the_oldest_request_comes_first()
    {
        var first = await Requested();
        _lab.Clock.Advance(TimeSpan.FromSeconds(1));
        var second = await Requested();
        Offered.ShouldBeEmpty();

        await ComesOnline("anna");
        await ComesOnline("bela");

        _lab.SentOf<DriverOffered>().Select(offer => offer.RideId).ShouldBe([first.RideId, second.RideId]);
    }

    [Fact]
    public async Task Waits_for_drivers_who_become_free()
    {
        await ComesOnline("anna");
        await Requested();
        var assigned = await Accepts();
        var second = await Requested();
        _lab.SentOf<DriverOffered>().Count.ShouldBe(1);

        await _lab.DeliverAndSettle(_lab.Completed(assigned));

        LastOffer.RideId.ShouldBe(second.RideId);
        LastOffer.DriverId.ShouldBe("anna");
    }

    [Theory]
    [InlineData(typeof(SearchReopened))]
    [InlineData(typeof(DriverBecameAvailable))]
    public async Task Does_not_miss_a_driver_who_comes_at_the_moment_no_driver_was_found(Type firstMessage)
    {
        // Both searched before the other had committed and found nothing; the messages for a second search are in the outbox.
        var ride = _lab.Request();
        await _lab.Deliver(ride);
        await _lab.Deliver(await _lab.Online("anna", 52.522, 13.4132));
        var messages = await _lab.TakeOutbox();
        messages
            .Select(message => message.GetType())
            .ShouldBe([typeof(SearchReopened), typeof(DriverBecameAvailable)], true);

        // Either message alone is enough, whichever comes first.
        await _lab.DeliverAndSettle(messages.Single(message => message.GetType() == firstMessage));

        LastOffer.RideId.ShouldBe(ride.RideId);
        await _lab.DeliverAndSettle(messages.Single(message => message.GetType() != firstMessage));
        Offered.ShouldBe(["anna"]);
    }

    [Fact]
    public async Task Does_not_begin_for_a_ride_that_was_cancelled_before_its_request_arrived()
    {
        await ComesOnline("anna");
        var ride = _lab.Request();

        await _lab.DeliverAndSettle(_lab.Cancelled(ride));
        await _lab.DeliverAndSettle(ride);

        Offered.ShouldBeEmpty();
    }

    [Fact]
    public async Task Withdraws_the_offer_when_the_rider_cancels_and_frees_the_driver()
    {
        await ComesOnline("anna");
        var ride = await Requested();
        var second = await Requested();

        await _lab.DeliverAndSettle(_lab.Cancelled(ride));

        var expired = _lab.SentOf<OfferExpired>().ShouldHaveSingleItem();
        (expired.RideId, expired.DriverId, expired.Reason).ShouldBe((ride.RideId, "anna", "rideCancelled"));
        LastOffer.RideId.ShouldBe(second.RideId);
    }

    [Fact]
    public async Task Ends_with_the_rides_deadline()
    {
        var ride = await Requested();
        await _lab.DeliverAndSettle(new NoDriverFound(ride.RideId, ride.RiderId, 180, _lab.Now));

        await ComesOnline("anna");

        Offered.ShouldBeEmpty();
    }

    [Fact]
    public async Task Continues_without_a_driver_who_goes_off_duty_and_offers_again_when_they_return()
    {
        var shift = await ComesOnline("anna", 52.522);
        var ride = await Requested();

        await _lab.DeliverAndSettle(new DriverWentOffline("anna", shift.ShiftId, "driver", _lab.Now));
        _lab.SentOf<OfferExpired>().ShouldHaveSingleItem().Reason.ShouldBe("driverOffline");
        _lab.Clock.Advance(TimeSpan.FromSeconds(1));
        await ComesOnline("anna");

        _lab.SentOf<DriverOffered>().Count.ShouldBe(2);
        LastOffer.RideId.ShouldBe(ride.RideId);
    }

    [Fact]
    public async Task Is_not_misled_by_the_late_end_of_an_older_shift()
    {
        var older = await ComesOnline("anna");
        _lab.Clock.Advance(TimeSpan.FromSeconds(1));
        await ComesOnline("anna");

        await _lab.DeliverAndSettle(new DriverWentOffline("anna", older.ShiftId, "driver", _lab.Now));
        await Requested();

        Offered.ShouldBe(["anna"]);
    }

    [Fact]
    public async Task Is_not_misled_by_a_shift_whose_end_arrived_first()
    {
        var shift = await _lab.Online("anna", 52.522, 13.4132);
        await _lab.DeliverAndSettle(new DriverWentOffline("anna", shift.ShiftId, "driver", _lab.Now));
        await _lab.DeliverAndSettle(shift);

        await Requested();

        Offered.ShouldBeEmpty();
    }

    [Fact]
    public async Task Begins_again_without_the_driver_who_released_the_ride()
    {
        await ComesOnline("anna");
        var ride = await Requested();
        var assigned = await Accepts();

        await _lab.DeliverAndSettle(_lab.Unassigned(assigned));
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
        await _lab.DeliverAndSettle(_lab.Unassigned(first));
        await ComesOnline("bela");
        await Accepts();

        await _lab.DeliverAndSettle(_lab.Unassigned(first));
        await ComesOnline("carl");

        Offered.ShouldBe(["anna", "bela"]);
    }

    [Fact]
    public async Task Frees_a_driver_whose_ride_had_ended_before_the_assignment()
    {
        await ComesOnline("anna");
        await Requested();
        var assigned = await Accepts();

        await _lab.DeliverAndSettle(_lab.Unassigned(assigned, searchAgain: false));
        await Requested();

        Offered.ShouldBe(["anna", "anna"]);
    }

    [Fact]
    public async Task Ignores_duplicates_of_all_messages()
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
        _lab.SentOf<OfferExpired>().Count.ShouldBe(1);
        _lab.SentOf<DriverAssigned>().Select(one => one.DriverId).ShouldBe(["bela", "carl"]);
        (await _lab.All<Candidate>()).ShouldAllBe(candidate => candidate.Online && candidate.ReservedRideId == null);
        (await _lab.All<Search>()).ShouldHaveSingleItem().Status.ShouldBe(SearchStatus.Ended);

        // First redelivered by the broker under the same id, then repeated under another.
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
