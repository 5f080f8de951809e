using RideBooking.Contracts;
using RideBooking.Matching;
using RideBooking.TestKit.Contracts;

namespace RideBooking.Tests.Matching;

public sealed class When_a_ride_is_booked_ahead : IAsyncLifetime
{
    readonly RideOf _ride = new("rider", "anna");
    MatchingLab _lab = null!;

    public async ValueTask InitializeAsync()
    {
        _lab = await MatchingLab.Open();
        await _lab.DeliverAndSettle(await _lab.Online("anna", 52.522, 13.4132));
        await _lab.DeliverAndSettle(
            RideRequestedV2.Upcast(_ride.Requested) with
            {
                PickupAt = _ride.Start.AddHours(1),
            }
        );
    }

    public ValueTask DisposeAsync() => _lab.DisposeAsync();

    [Fact]
    public async Task It_is_offered_to_drivers_when_its_search_starts_and_not_before()
    {
        _lab.SentOf<DriverOffered>().ShouldBeEmpty();
        await _lab.DeliverAndSettle(_ride.Redirected());

        await _lab.DeliverAndSettle(Started);
        await _lab.DeliverAndSettle(Started);

        var offered = _lab.SentOf<DriverOffered>().ShouldHaveSingleItem();
        (offered.DriverId, offered.Dropoff).ShouldBe(("anna", Samples.Gendarmenmarkt));
        (await _lab.All<Search>()).ShouldHaveSingleItem().RequestedAt.ShouldBe(Started.At);
    }

    [Fact]
    public async Task It_is_not_searched_for_after_it_was_cancelled()
    {
        await _lab.DeliverAndSettle(_ride.Cancelled);

        await _lab.DeliverAndSettle(Started);

        _lab.SentOf<DriverOffered>().ShouldBeEmpty();
    }

    [Fact]
    public async Task A_start_that_overtakes_the_request_is_tried_again() =>
        await Should.ThrowAsync<InvalidOperationException>(() =>
            _lab.Deliver(Started with { RideId = Guid.CreateVersion7() })
        );

    RideSearchStarted Started => new(_ride.RideId, "rider", _ride.Start.AddHours(1), _ride.Start.AddMinutes(45));
}
