using Microsoft.AspNetCore.Http.HttpResults;
using RideBooking.Contracts;
using RideBooking.Drivers;
using RideBooking.Positions;
using RideBooking.TestKit.Contracts;

namespace RideBooking.Tests.Drivers;

public sealed class When_a_driver_has_a_shift : IAsyncLifetime
{
    DriversLab _lab = null!;

    public async ValueTask InitializeAsync() => _lab = await DriversLab.Open();

    public ValueTask DisposeAsync() => _lab.DisposeAsync();

    [Fact]
    public async Task It_needs_a_profile()
    {
        (await _lab.GoesOnline()).Problem().ShouldBe((409, "profile_required"));
        (await _lab.GoesOffline()).StatusCode().ShouldBe(204);
    }

    [Fact]
    public async Task It_is_announced_with_the_vehicle_and_the_place()
    {
        var profile = (await _lab.Saves()).ShouldBeOfType<Ok<ProfileView>>().Value!;
        profile.Vehicle.Class.ShouldBe("comfort");

        var shift = (await _lab.GoesOnline()).ShouldBeOfType<Ok<ShiftView>>().Value!;

        await _lab.Settle();
        _lab.SentOf<DriverWentOnline>()
            .ShouldHaveSingleItem()
            .ShouldBe(
                new DriverWentOnline(
                    "anna",
                    shift.ShiftId,
                    "Anna",
                    new Vehicle("comfort", "B-RB 1", "Testarossa"),
                    Samples.Alexanderplatz,
                    _lab.Now
                )
            );
        (await _lab.All<DriverPosition>()).ShouldHaveSingleItem().Lat.ShouldBe(Samples.Alexanderplatz.Lat);
        (await _lab.Sees()).Availability.ShouldBe(GetDriver.Availability.Available);
    }

    [Fact]
    public async Task It_begins_once_also_with_repeated_and_concurrent_requests()
    {
        await _lab.Saves();

        var answers = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(() => _lab.GoesOnline())));
        _lab.Clock.Advance(TimeSpan.FromMinutes(1));
        var again = await _lab.GoesOnline();

        answers
            .Append(again)
            .Select(answer => answer.ShouldBeOfType<Ok<ShiftView>>().Value)
            .Distinct()
            .ShouldHaveSingleItem();
        await _lab.Settle();
        _lab.SentOf<DriverWentOnline>().ShouldHaveSingleItem();
    }

    [Fact]
    public async Task It_ends_once()
    {
        await _lab.Saves();
        var shift = (await _lab.GoesOnline()).ShouldBeOfType<Ok<ShiftView>>().Value!;

        var answers = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(() => _lab.GoesOffline())));

        answers.ShouldAllBe(answer => answer.StatusCode() == 204);
        await _lab.Settle();
        var ended = _lab.SentOf<DriverWentOffline>().ShouldHaveSingleItem();
        (ended.ShiftId, ended.Reason).ShouldBe((shift.ShiftId, "driver"));
        (await _lab.Sees()).Availability.ShouldBe(GetDriver.Availability.Offline);
    }

    [Fact]
    public async Task It_cannot_end_with_a_ride()
    {
        var (ride, offer) = (Guid.CreateVersion7(), Guid.CreateVersion7());
        await _lab.Saves();
        await _lab.GoesOnline();
        await _lab.DeliverAndSettle(_lab.Assigned(ride, offer));

        (await _lab.GoesOffline()).Problem().ShouldBe((409, "on_trip"));
        await _lab.DeliverAndSettle(_lab.Completed(ride));
        (await _lab.GoesOffline()).StatusCode().ShouldBe(204);
    }

    [Fact]
    public async Task It_can_end_with_an_unanswered_offer()
    {
        await _lab.Saves();
        await _lab.GoesOnline();
        await _lab.DeliverAndSettle(_lab.Offered(Guid.CreateVersion7(), Guid.CreateVersion7()));

        (await _lab.GoesOffline()).StatusCode().ShouldBe(204);
    }

    [Fact]
    public async Task Later_shifts_have_greater_ids()
    {
        await _lab.Saves();
        var first = (await _lab.GoesOnline()).ShouldBeOfType<Ok<ShiftView>>().Value!;
        await _lab.GoesOffline();
        _lab.Clock.Advance(TimeSpan.FromMilliseconds(1));
        var second = (await _lab.GoesOnline()).ShouldBeOfType<Ok<ShiftView>>().Value!;

        second.ShiftId.CompareTo(first.ShiftId).ShouldBePositive();
    }

    [Fact]
    public async Task Two_first_profiles_at_once_are_one_profile()
    {
        var answers = await Task.WhenAll(Enumerable.Range(0, 8).Select(n => Task.Run(() => _lab.Saves($"Anna {n}"))));

        answers.ShouldAllBe(answer => answer.StatusCode() == 200);
        (await _lab.All<DriverProfile>()).ShouldHaveSingleItem();
    }

    [Fact]
    public async Task It_ends_when_the_driver_ignores_offers()
    {
        await _lab.Saves();
        var shift = (await _lab.GoesOnline()).ShouldBeOfType<Ok<ShiftView>>().Value!;

        await _lab.DeliverAndSettle(new DriverIgnoredOffers("anna", shift.ShiftId, Guid.CreateVersion7(), 3, _lab.Now));

        (await _lab.Sees()).Availability.ShouldBe(GetDriver.Availability.Offline);
        var ended = _lab.SentOf<DriverWentOffline>().ShouldHaveSingleItem();
        (ended.ShiftId, ended.Reason).ShouldBe((shift.ShiftId, "offersIgnored"));
    }

    [Fact]
    public async Task It_ends_when_the_app_is_silent_for_five_minutes()
    {
        await _lab.Saves();
        var shift = (await _lab.GoesOnline()).ShouldBeOfType<Ok<ShiftView>>().Value!;
        _lab.Clock.Advance(TimeSpan.FromMinutes(5));
        (await _lab.EndsSilentShifts()).ShouldBe(0);
        _lab.Clock.Advance(TimeSpan.FromSeconds(1));

        // On several hosts at once, and again.
        (await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(_lab.EndsSilentShifts))))
            .Sum()
            .ShouldBe(1);
        (await _lab.EndsSilentShifts()).ShouldBe(0);

        await _lab.Settle();
        (await _lab.Sees()).Availability.ShouldBe(GetDriver.Availability.Offline);
        var ended = _lab.SentOf<DriverWentOffline>().ShouldHaveSingleItem();
        (ended.ShiftId, ended.Reason).ShouldBe((shift.ShiftId, "notReporting"));
    }

    [Fact]
    public async Task It_goes_on_when_the_silent_driver_shows_another_sign_of_life()
    {
        await _lab.Saves();
        await _lab.GoesOnline();
        _lab.Clock.Advance(TimeSpan.FromMinutes(5));
        await _lab.In(async db =>
        {
            await db.MarkDriverActive("anna", _lab.Now, DriversLab.Stop);
            return true;
        });
        _lab.Clock.Advance(TimeSpan.FromMinutes(4));

        (await _lab.EndsSilentShifts()).ShouldBe(0);
    }

    [Fact]
    public async Task It_goes_on_during_a_ride_and_an_offer_of_a_silent_driver()
    {
        var (ride, offer) = (Guid.CreateVersion7(), Guid.CreateVersion7());
        await _lab.Saves();
        await _lab.GoesOnline();
        _lab.Clock.Advance(TimeSpan.FromMinutes(6));

        // Of which Matching knows before this module does.
        _lab.IsReserved = true;
        (await _lab.EndsSilentShifts()).ShouldBe(0);
        _lab.IsReserved = false;

        await _lab.DeliverAndSettle(_lab.Offered(ride, offer));
        (await _lab.EndsSilentShifts()).ShouldBe(0);
        await _lab.DeliverAndSettle(_lab.Assigned(ride, offer));
        _lab.Clock.Advance(TimeSpan.FromHours(2));
        (await _lab.EndsSilentShifts()).ShouldBe(0);
        await _lab.DeliverAndSettle(_lab.Completed(ride));
        (await _lab.EndsSilentShifts()).ShouldBe(1);
    }

    [Fact]
    public async Task It_goes_on_when_offers_of_an_earlier_shift_were_ignored()
    {
        await _lab.Saves();
        var shift = (await _lab.GoesOnline()).ShouldBeOfType<Ok<ShiftView>>().Value!;
        await _lab.GoesOffline();
        _lab.Clock.Advance(TimeSpan.FromSeconds(1));
        await _lab.GoesOnline();

        await _lab.DeliverAndSettle(new DriverIgnoredOffers("anna", shift.ShiftId, Guid.CreateVersion7(), 3, _lab.Now));

        (await _lab.Sees()).Availability.ShouldBe(GetDriver.Availability.Available);
    }

    [Fact]
    public async Task It_shows_that_location_reports_are_overdue()
    {
        await _lab.Saves();
        await _lab.GoesOnline();
        _lab.Clock.Advance(TimeSpan.FromMinutes(6));
        (await _lab.Sees()).Availability.ShouldBe(GetDriver.Availability.NotReporting);

        await _lab.Reports(52.52, 1);
        (await _lab.Sees()).Availability.ShouldBe(GetDriver.Availability.Available);
    }
}
