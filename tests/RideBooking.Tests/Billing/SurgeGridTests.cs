using CsCheck;
using RideBooking.Billing;
using RideBooking.Contracts;
using RideBooking.TestKit.Contracts;

namespace RideBooking.Tests.Billing;

public sealed class SurgeGridTests
{
    static readonly DateTimeOffset s_start = new(2026, 1, 10, 12, 0, 0, TimeSpan.Zero);
    static readonly Vehicle s_vehicle = new("standard", "B-RB 1", "Testarossa");
    static readonly SurgeOptions s_options = new(2m, TimeSpan.FromMinutes(5));

    static SurgeGrid Grid(IEnumerable<object> events)
    {
        var grid = new SurgeGrid(s_options) { IsReady = true };
        foreach (var happened in events)
            grid.Observe(happened);
        return grid;
    }

    static RideRequested Request(int minute, Place? pickup = null) =>
        Events.RideRequested(Guid.CreateVersion7(), s_start.AddMinutes(minute), pickup: pickup);

    static IEnumerable<object> Rush(int minutes = 30, int perMinute = 3) =>
        from minute in Enumerable.Range(0, minutes)
        from _ in Enumerable.Range(0, perMinute)
        select Request(minute);

    static DriverWentOnline Online(string driver, Place? place = null, Guid? shift = null) =>
        new(driver, shift ?? Guid.CreateVersion7(), driver, s_vehicle, place ?? Samples.Alexanderplatz, s_start);

    static decimal At(SurgeGrid grid, int minute, Place? place = null) =>
        grid.At(place ?? Samples.Alexanderplatz, s_start.AddMinutes(minute));

    [Fact]
    public void Rises_where_more_riders_ask_than_drivers_are_available_and_nowhere_else()
    {
        var grid = Grid(Rush());
        At(grid, 30).ShouldBe(2m);
        At(grid, 30, Samples.Zoo with { Lat = 48 }).ShouldBe(1m);
    }

    [Fact]
    public void Stays_away_while_there_are_drivers_enough() =>
        At(Grid([.. Enumerable.Range(0, 40).Select(i => Online($"driver-{i}")), .. Rush()]), 30).ShouldBe(1m);

    [Fact]
    public void Falls_back_when_demand_ends()
    {
        var grid = Grid(Rush());
        At(grid, 32).ShouldBeGreaterThan(1m);
        At(grid, 90).ShouldBe(1m);
        At(grid, 100_000).ShouldBe(1m);
        // Asking about the future changes nothing.
        At(grid, 32).ShouldBeGreaterThan(1m);
    }

    [Fact]
    public void Counts_drivers_only_while_they_are_available()
    {
        var shifts = Enumerable.Range(0, 40).Select(i => Online($"driver-{i}")).ToList();
        var assigned = shifts.Select(shift =>
            Events.DriverAssigned(Guid.CreateVersion7(), s_start, driverId: shift.DriverId)
        );
        var offline = shifts.Select(shift => new DriverWentOffline(shift.DriverId, shift.ShiftId, "driver", s_start));
        At(Grid([.. shifts, .. assigned, .. Rush()]), 30).ShouldBe(2m);
        At(Grid([.. shifts, .. offline, .. Rush()]), 30).ShouldBe(2m);
        // The end of an older shift, and an assignment that ended.
        At(Grid([.. shifts, .. offline.Select(end => end with { ShiftId = Guid.Empty }), .. Rush()]), 30).ShouldBe(1m);
        var unassigned = shifts.Select(shift =>
            Events.DriverUnassigned(Guid.CreateVersion7(), s_start, driverId: shift.DriverId)
        );
        At(Grid([.. shifts, .. assigned, .. unassigned, .. Rush()]), 30).ShouldBe(1m);
    }

    [Fact]
    public void Finds_drivers_where_their_last_ride_ended()
    {
        var far = new Place(48, 11);
        var shifts = Enumerable.Range(0, 40).Select(i => Online($"driver-{i}", far)).ToList();
        At(Grid([.. shifts, .. Rush()]), 30).ShouldBe(2m);
        var completed = shifts.Select(shift =>
            Events.RideCompleted(Guid.CreateVersion7(), s_start, driverId: shift.DriverId) with
            {
                Dropoff = Samples.Alexanderplatz,
            }
        );
        At(Grid([.. shifts, .. completed, .. Rush()]), 30).ShouldBe(1m);
    }

    [Fact]
    public void Counts_a_ride_once_and_no_place_that_was_redacted()
    {
        var request = Request(0);
        At(Grid(Enumerable.Repeat<object>(request, 90)), 1).ShouldBe(1m);
        At(Grid(Enumerable.Range(0, 90).Select(_ => (object)Request(0, Place.Redacted))), 1, new Place(0, 0))
            .ShouldBe(1m);
    }

    [Fact]
    public void Is_off_by_default_and_until_the_events_were_read()
    {
        var off = new SurgeGrid(s_options with { Max = 1m }) { IsReady = true };
        var starting = new SurgeGrid(s_options);
        foreach (var happened in Rush())
        {
            off.Observe(happened);
            starting.Observe(happened);
        }
        (At(off, 30), At(starting, 30)).ShouldBe((1m, 1m));
    }

    [Fact]
    public void Is_combined_with_the_peak_of_the_tariff_by_the_higher_of_both()
    {
        var grid = Grid(Rush());
        grid.FactorFor(Tariff.Default, Samples.Alexanderplatz, s_start.AddMinutes(30)).ShouldBe(2m);
        var friday = new DateTimeOffset(2026, 1, 9, 23, 0, 0, TimeSpan.Zero);
        Grid([]).FactorFor(Tariff.Default, Samples.Alexanderplatz, friday).ShouldBe(1.5m);
    }

    // What two hosts compute, of which one is asked in between.
    [Fact]
    public void Is_the_same_on_every_host_that_read_the_same_events() =>
        Gen.Int[0, 60]
            .Array[0, 60]
            .Sample(minutes =>
            {
                var requests = minutes.Select(minute => Request(minute)).ToList();
                var asked = new SurgeGrid(s_options) { IsReady = true };
                foreach (var request in requests)
                {
                    asked.Observe(request);
                    At(asked, 45);
                }
                At(asked, 60).ShouldBe(At(Grid(requests), 60));
            });
}
