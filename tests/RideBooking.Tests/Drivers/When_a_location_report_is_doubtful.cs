using Microsoft.AspNetCore.Http;
using RideBooking.Contracts;
using RideBooking.Positions;

namespace RideBooking.Tests.Drivers;

public sealed class When_a_location_report_is_doubtful : IAsyncLifetime
{
    static readonly Place s_p = new(52.52, 13.405);
    static readonly Place s_potsdam = new(52.39, 13.065);
    static readonly Place s_sydney = new(-33.87, 151.21);

    DriversLab _lab = null!;
    long _sequence;

    public async ValueTask InitializeAsync()
    {
        _lab = await DriversLab.Open();
        await _lab.Saves();
        await _lab.GoesOnline(s_p);
    }

    public ValueTask DisposeAsync() => _lab.DisposeAsync();

    async Task<(int? Status, string? Code)> Reports(Place place, long? sequence = null)
    {
        var (answer, _) = await _lab.ReportsFrom(place, sequence ?? _sequence++);
        return answer.StatusCode() == StatusCodes.Status204NoContent ? (204, null) : answer.Problem();
    }

    async Task ShouldBeAt(Place place)
    {
        var position = (await _lab.All<DriverPosition>()).ShouldHaveSingleItem();
        (position.Lat, position.Lng).ShouldBe((place.Lat, place.Lng));
    }

    static Place Near(Place place, int step) => new(place.Lat + step / 1000.0, place.Lng);

    [Fact]
    public async Task An_impossible_jump_is_refused_and_not_used()
    {
        (await Reports(s_sydney)).ShouldBe((422, "implausible_location"));
        await ShouldBeAt(s_p);

        (await Reports(Near(s_p, 1))).ShouldBe((204, null));
        await ShouldBeAt(Near(s_p, 1));
    }

    [Fact]
    public async Task Zero_zero_is_refused_for_a_report_and_the_start_of_a_shift()
    {
        for (var n = 0; n < PositionRules.Confirmations + 1; n++)
            (await Reports(new Place(0, 0))).ShouldBe((422, "implausible_location"));
        (await _lab.GoesOnline(new Place(0, 0))).Problem().ShouldBe((422, "implausible_location"));

        await ShouldBeAt(s_p);
    }

    [Fact]
    public async Task A_correction_is_used_when_it_is_confirmed()
    {
        (await Reports(Near(s_sydney, 0))).ShouldBe((422, "implausible_location"));
        (await Reports(Near(s_sydney, 1))).ShouldBe((422, "implausible_location"));
        _lab.Clock.Advance(PositionRules.ConfirmationTime);
        (await Reports(Near(s_sydney, 2))).ShouldBe((204, null));

        await ShouldBeAt(Near(s_sydney, 2));
    }

    [Fact]
    public async Task The_same_place_many_times_within_a_moment_confirms_nothing()
    {
        for (var n = 0; n < 2 * PositionRules.Confirmations; n++)
            (await Reports(Near(s_sydney, n))).ShouldBe((422, "implausible_location"));

        await ShouldBeAt(s_p);
    }

    [Fact]
    public async Task The_same_report_again_confirms_nothing()
    {
        for (var n = 0; n < 5; n++)
            (await Reports(s_sydney, sequence: 7)).ShouldBe((422, "implausible_location"));
    }

    [Fact]
    public async Task Outliers_here_and_there_confirm_nothing()
    {
        for (var n = 0; n < 4; n++)
        {
            (await Reports(s_sydney)).ShouldBe((422, "implausible_location"));
            (await Reports(new Place(40.71, -74.01))).ShouldBe((422, "implausible_location"));
        }
        for (var n = 0; n < 4; n++)
        {
            (await Reports(s_sydney)).ShouldBe((422, "implausible_location"));
            (await Reports(Near(s_p, n))).ShouldBe((204, null));
        }
    }

    [Fact]
    public async Task A_new_shift_starts_where_it_says()
    {
        await _lab.GoesOnline(s_sydney);

        (await Reports(Near(s_sydney, 1))).ShouldBe((204, null));
        await ShouldBeAt(Near(s_sydney, 1));
    }

    [Fact]
    public async Task The_time_since_the_last_report_makes_a_distance_plausible()
    {
        (await Reports(s_potsdam)).ShouldBe((422, "implausible_location"));
        _lab.Clock.Advance(TimeSpan.FromMinutes(20));

        (await Reports(s_potsdam)).ShouldBe((204, null));
    }

    [Fact]
    public async Task Reports_at_once_keep_the_newest()
    {
        await Task.WhenAll(
            Enumerable
                .Range(1, 40)
                .OrderBy(n => n * 17 % 41)
                .Select(n => Task.Run(() => _lab.ReportsFrom(n % 20 == 0 ? s_sydney : Near(s_p, n), n)))
        );

        await ShouldBeAt(Near(s_p, 39));
    }
}
