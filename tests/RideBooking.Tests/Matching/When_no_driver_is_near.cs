using RideBooking.Contracts;
using RideBooking.Matching;
using RideBooking.TestKit.Messaging;

namespace RideBooking.Tests.Matching;

public sealed class When_no_driver_is_near : IAsyncLifetime
{
    MatchingLab _lab = null!;
    RideRequested _ride = null!;

    public async ValueTask InitializeAsync()
    {
        _lab = await MatchingLab.Open();
        await _lab.DeliverAndSettle(await _lab.Online("anna", 53.0, 13.4132));
        _ride = _lab.Request();
        await _lab.DeliverAndSettle(_ride);
        _lab.SentOf<DriverOffered>().ShouldBeEmpty();
    }

    public ValueTask DisposeAsync() => _lab.DisposeAsync();

    int Timers => _lab.SentOf<SetTimer>().Count;

    [Fact]
    public async Task The_search_is_repeated_after_a_while()
    {
        _lab.SentOf<SetTimer>().ShouldHaveSingleItem().Due.ShouldBe(_lab.Now.AddSeconds(5));

        await _lab.DeliverAndSettle(new SearchContinues(_ride.RideId, 1));

        Timers.ShouldBe(2);
    }

    [Fact]
    public async Task An_old_search_is_repeated_less_often()
    {
        _lab.Clock.Advance(TimeSpan.FromMinutes(10));

        await _lab.DeliverAndSettle(new SearchContinues(_ride.RideId, 1));

        _lab.SentOf<SetTimer>()[^1].Due.ShouldBe(_lab.Now.AddMinutes(1));
    }

    [Fact]
    public async Task A_driver_who_drives_to_the_door_is_offered_the_ride()
    {
        await _lab.Stands("anna", 52.522, 13.4132);

        await _lab.DeliverAndSettle(new SearchContinues(_ride.RideId, 1));

        _lab.SentOf<DriverOffered>().ShouldHaveSingleItem().DriverId.ShouldBe("anna");
    }

    [Fact]
    public async Task A_timer_of_an_earlier_search_attempt_does_nothing()
    {
        await _lab.DeliverAndSettle(new SearchReopened(_ride.RideId));
        await _lab.Stands("anna", 52.522, 13.4132);
        var timers = Timers;

        await _lab.DeliverAndSettle(new SearchContinues(_ride.RideId, 1));

        _lab.SentOf<DriverOffered>().ShouldBeEmpty();
        Timers.ShouldBe(timers);
        await _lab.DeliverAndSettle(new SearchContinues(_ride.RideId, 2));
        _lab.SentOf<DriverOffered>().ShouldHaveSingleItem();
    }

    [Fact]
    public async Task A_timer_after_the_end_of_the_search_does_nothing()
    {
        await _lab.DeliverAndSettle(new NoDriverFound(_ride.RideId, _ride.RiderId, 180, _lab.Now));
        await _lab.Stands("anna", 52.522, 13.4132);

        await _lab.DeliverAndSettle(new SearchContinues(_ride.RideId, 1));

        _lab.SentOf<DriverOffered>().ShouldBeEmpty();
        Timers.ShouldBe(1);
    }
}
