using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Extensions.DependencyInjection;
using RideBooking.Contracts;
using RideBooking.Matching;

namespace RideBooking.Tests.Matching;

public sealed class When_operators_ask_why_a_driver_was_chosen : IAsyncLifetime
{
    MatchingLab _lab = null!;

    public async ValueTask InitializeAsync() => _lab = await MatchingLab.Open();

    public ValueTask DisposeAsync() => _lab.DisposeAsync();

    DriverOffered LastOffer => _lab.SentOf<DriverOffered>()[^1];

    async Task ComesOnline(string driver, double lat = 52.5220, string vehicle = "standard") =>
        await _lab.DeliverAndSettle(await _lab.Online(driver, lat, 13.4132, vehicle));

    static (string, MatchReason)[] Reasons(GetMatchTrace.Attempt attempt) =>
        [.. attempt.Candidates.Select(candidate => (candidate.DriverId, candidate.Reason))];

    [Fact]
    public async Task Every_driver_near_the_pickup_has_a_reason()
    {
        await ComesOnline("stale");
        _lab.Clock.Advance(TimeSpan.FromSeconds(61));
        await ComesOnline("busy");
        await _lab.DeliverAndSettle(_lab.Request(rider: "other"));
        await ComesOnline("rider", 52.5222, "comfort");
        await ComesOnline("wrong", 52.5223);
        await ComesOnline("chosen", 52.5224, "comfort");
        await ComesOnline("second", 52.5260, "comfort");
        var ride = _lab.Request(vehicle: "comfort");

        await _lab.DeliverAndSettle(ride);

        var attempt = (await _lab.Trace(ride.RideId)).Attempts.ShouldHaveSingleItem();
        (attempt.OfferId, attempt.OfferStatus, attempt.Trigger).ShouldBe(
            (LastOffer.OfferId, OfferStatus.Open, MatchTrigger.Search)
        );
        Reasons(attempt)
            .ShouldBe(
                [
                    ("chosen", MatchReason.Offered),
                    ("second", MatchReason.RankedLower),
                    ("stale", MatchReason.OtherClass),
                    ("busy", MatchReason.Reserved),
                    ("rider", MatchReason.OwnRide),
                    ("wrong", MatchReason.OtherClass),
                ],
                ignoreOrder: true
            );
        var chosen = attempt.Candidates[0];
        (
            chosen.DriverId,
            chosen.DistanceMeters,
            chosen.PickupEtaSeconds,
            chosen.PositionAgeSeconds,
            chosen.IdleSeconds
        ).ShouldBe(("chosen", 56, 60, 0, 0));
    }

    [Fact]
    public async Task An_attempt_without_a_driver_says_why()
    {
        await ComesOnline("stale");
        _lab.Clock.Advance(TimeSpan.FromSeconds(61));
        await ComesOnline("far", 52.60);
        var ride = _lab.Request();

        await _lab.DeliverAndSettle(ride);

        var attempt = (await _lab.Trace(ride.RideId)).Attempts[^1];
        (attempt.OfferId, attempt.RadiusMeters).ShouldBe((null, 5_000));
        Reasons(attempt).ShouldBe([("stale", MatchReason.PositionTooOld), ("far", MatchReason.OutOfRadius)]);
    }

    [Fact]
    public async Task Those_who_declined_released_or_did_not_answer_are_named()
    {
        await ComesOnline("declines");
        await ComesOnline("sleeps", 52.5240);
        await ComesOnline("releases", 52.5250);
        var ride = _lab.Request();
        await _lab.DeliverAndSettle(ride);
        await _lab.Decline("declines", LastOffer.OfferId);
        await _lab.Settle();
        await _lab.DeliverAndSettle(new OfferTimeout(ride.RideId, LastOffer.OfferId, OfferEndReason.Timeout));
        await _lab.Accept("releases", LastOffer.OfferId);
        await _lab.Settle();
        await _lab.DeliverAndSettle(_lab.Unassigned(_lab.SentOf<DriverAssigned>()[^1]));

        var attempts = (await _lab.Trace(ride.RideId)).Attempts;

        attempts
            .Select(attempt => attempt.OfferStatus)
            .ShouldBe([OfferStatus.Declined, OfferStatus.Expired, OfferStatus.Released, null]);
        Reasons(attempts[^1])
            .ShouldBe([
                ("declines", MatchReason.Declined),
                ("sleeps", MatchReason.NotAnswered),
                ("releases", MatchReason.Released),
            ]);
    }

    [Fact]
    public async Task A_driver_who_became_available_is_recorded_too()
    {
        var ride = _lab.Request();
        await _lab.DeliverAndSettle(ride);
        await ComesOnline("anna");

        var attempts = (await _lab.Trace(ride.RideId)).Attempts;

        attempts[^1].Trigger.ShouldBe(MatchTrigger.DriverAvailable);
        Reasons(attempts[^1]).ShouldBe([("anna", MatchReason.Offered)]);
        attempts.SkipLast(1).ShouldAllBe(attempt => attempt.Candidates.Count == 0 && attempt.OfferId == null);
    }

    [Fact]
    public async Task A_search_that_finds_no_driver_for_hours_does_not_grow_without_limit()
    {
        var ride = _lab.Request();
        await _lab.DeliverAndSettle(ride);
        for (var poll = 1; poll < MatchAttempt.MaxRecorded + 20; poll++)
            await _lab.DeliverAndSettle(new SearchContinues(ride.RideId, poll));

        // The request itself and the polls that are recorded.
        (await _lab.All<MatchAttempt>()).Count.ShouldBe(1 + MatchAttempt.MaxRecorded);
    }

    [Fact]
    public async Task Only_the_nearest_drivers_are_recorded()
    {
        for (var number = 0; number < NearbyDrivers.MaxDrivers + 10; number++)
            await ComesOnline($"driver-{number}", 52.5220 + number * 0.00001);
        var ride = _lab.Request();

        await _lab.DeliverAndSettle(ride);

        var attempt = (await _lab.Trace(ride.RideId)).Attempts.ShouldHaveSingleItem();
        attempt.Candidates.Count.ShouldBe(NearbyDrivers.MaxDrivers);
        attempt
            .Candidates[0]
            .ShouldSatisfyAllConditions(
                first => first.DriverId.ShouldBe("driver-0"),
                first => first.Reason.ShouldBe(MatchReason.Offered)
            );
    }

    [Fact]
    public async Task The_trace_is_deleted_after_its_time_and_with_its_rider()
    {
        var (theirs, old) = (_lab.Request(), _lab.Request(rider: "other"));
        _lab.Rides["rider"] = [theirs.RideId];
        await _lab.DeliverAndSettle(old);
        _lab.Clock.Advance(TimeSpan.FromDays(31));
        await _lab.DeliverAndSettle(theirs);

        await _lab.Services.GetRequiredService<DeleteOldTraces>().Delete(MatchingLab.Stop);
        (await _lab.Trace(old.RideId)).Attempts.ShouldBeEmpty();
        (await _lab.Trace(theirs.RideId)).Attempts.ShouldNotBeEmpty();

        await _lab.DeliverAndSettle(new RiderForgotten("rider", _lab.Now));
        (await _lab.Trace(theirs.RideId)).Attempts.ShouldBeEmpty();
    }

    [Fact]
    public async Task There_is_none_of_an_unknown_ride() =>
        (await _lab.In(db => GetMatchTrace.Handle(Guid.CreateVersion7(), db, MatchingLab.Stop)))
            .Result.Problem()
            .ShouldBe((StatusCodes.Status404NotFound, "ride_not_found"));
}
