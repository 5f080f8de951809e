using RideBooking.Contracts;
using RideBooking.Matching;

namespace RideBooking.Tests.Matching;

public sealed class When_a_search_widens : IAsyncLifetime
{
    MatchingLab _lab = null!;
    RideRequested _ride = null!;

    public async ValueTask InitializeAsync()
    {
        _lab = await MatchingLab.Open();
        await _lab.DeliverAndSettle(await _lab.Online("far", 52.5219 + 0.08, 13.4132)); // 8.9 km
        _ride = _lab.Request();
        await _lab.DeliverAndSettle(_ride);
        _lab.SentOf<DriverOffered>().ShouldBeEmpty();
    }

    public ValueTask DisposeAsync() => _lab.DisposeAsync();

    [Fact]
    public async Task A_driver_farther_away_is_offered_the_ride_after_a_while()
    {
        await _lab.Advance(TimeSpan.FromSeconds(5));
        _lab.SentOf<DriverOffered>().ShouldBeEmpty();

        await _lab.Advance(TimeSpan.FromSeconds(5));

        _lab.SentOf<DriverOffered>().ShouldHaveSingleItem().DriverId.ShouldBe("far");
        (await _lab.Trace(_ride.RideId)).Attempts[^1].RadiusMeters.ShouldBe(10_000);
    }

    [Fact]
    public async Task A_nearer_driver_who_comes_on_duty_meanwhile_gets_it()
    {
        _lab.Clock.Advance(TimeSpan.FromSeconds(4));
        await _lab.DeliverAndSettle(await _lab.Online("near", 52.5219 + 0.04, 13.4132)); // 4.4 km

        _lab.SentOf<DriverOffered>().ShouldHaveSingleItem().DriverId.ShouldBe("near");
    }

    [Fact]
    public async Task A_driver_who_comes_on_duty_far_away_is_asked_once_the_search_has_widened()
    {
        await _lab.DeliverAndSettle(await _lab.Online("comes", 52.5219 + 0.12, 13.4132)); // 13.3 km
        _lab.SentOf<DriverOffered>().ShouldBeEmpty();
        await _lab.DeliverAndSettle(_lab.Cancelled(_ride));
        var waiting = _lab.Request();
        await _lab.DeliverAndSettle(waiting);
        _lab.Clock.Advance(TimeSpan.FromSeconds(25));

        await _lab.Stands("comes", 52.5219 + 0.12, 13.4132);
        await _lab.DeliverAndSettle(new DriverBecameAvailable("comes"));

        _lab.SentOf<DriverOffered>().ShouldHaveSingleItem().RideId.ShouldBe(waiting.RideId);
    }
}
