using Microsoft.EntityFrameworkCore;
using RideBooking.Drivers;
using RideBooking.TestKit.Contracts;

namespace RideBooking.Tests.Drivers;

public sealed class DriverAssignmentTests : IAsyncLifetime
{
    readonly Guid _ride = Guid.CreateVersion7();
    readonly Guid _offer = Guid.CreateVersion7();
    DriversLab _lab = null!;

    public async ValueTask InitializeAsync()
    {
        _lab = await DriversLab.Open();
        await _lab.Saves();
        await _lab.GoesOnline();
        await _lab.Settle();
    }

    public ValueTask DisposeAsync() => _lab.DisposeAsync();

    [Fact]
    public async Task Goes_from_the_offer_over_the_ride_to_the_next_offer()
    {
        await _lab.DeliverAndSettle(_lab.Offered(_ride, _offer));
        var offered = await _lab.Sees();
        offered.Availability.ShouldBe(GetDriver.Availability.Offered);
        offered.CurrentOffer!.OfferId.ShouldBe(_offer);
        offered.CurrentOffer.Pickup.ShouldBe(Samples.Alexanderplatz);

        await _lab.DeliverAndSettle(_lab.Assigned(_ride, _offer));
        var enRoute = await _lab.Sees();
        enRoute.Availability.ShouldBe(GetDriver.Availability.EnRoute);
        enRoute.CurrentRide!.RideId.ShouldBe(_ride);
        enRoute.CurrentOffer.ShouldBeNull();

        await _lab.DeliverAndSettle(_lab.Started(_ride));
        var onTrip = await _lab.Sees();
        onTrip.Availability.ShouldBe(GetDriver.Availability.OnTrip);
        onTrip.CurrentRide!.RideId.ShouldBe(_ride);

        await _lab.DeliverAndSettle(_lab.Completed(_ride));
        (await _lab.Sees()).Availability.ShouldBe(GetDriver.Availability.Available);
    }

    [Fact]
    public async Task An_expired_offer_does_not_count_even_before_its_event_arrives()
    {
        await _lab.DeliverAndSettle(_lab.Offered(_ride, _offer));
        _lab.Clock.Advance(TimeSpan.FromSeconds(20));

        (await _lab.Sees()).Availability.ShouldBe(GetDriver.Availability.Available);
    }

    [Fact]
    public async Task Ends_the_same_in_whatever_order_the_events_come()
    {
        Func<Guid, Guid, object[]>[] stories =
        [
            (ride, offer) => [_lab.Offered(ride, offer), _lab.Declined(ride, offer)],
            (ride, offer) => [_lab.Offered(ride, offer), _lab.Expired(ride, offer)],
            (ride, offer) =>
                [_lab.Offered(ride, offer), _lab.Assigned(ride, offer), _lab.Started(ride), _lab.Completed(ride)],
            (ride, offer) => [_lab.Offered(ride, offer), _lab.Assigned(ride, offer), _lab.Cancelled(ride)],
            (ride, offer) => [_lab.Offered(ride, offer), _lab.Assigned(ride, offer), _lab.Unassigned(ride, offer)],
        ];
        foreach (var story in stories)
            for (var number = 0; number < Orders(story(_ride, _offer)).Count(); number++)
            {
                var order = Orders(story(Guid.CreateVersion7(), Guid.CreateVersion7())).ElementAt(number);
                foreach (var happened in order.Concat(order))
                    await _lab.Deliver(happened);

                var sequence = string.Join(", ", order.Select(happened => happened.GetType().Name));
                (await _lab.Sees()).Availability.ShouldBe(GetDriver.Availability.Available, sequence);
            }
    }

    [Fact]
    public async Task A_ride_is_on_the_way_to_its_dropoff_also_when_its_start_arrives_first()
    {
        await _lab.DeliverAndSettle(_lab.Started(_ride));
        await _lab.DeliverAndSettle(_lab.Assigned(_ride, _offer));
        await _lab.DeliverAndSettle(_lab.Started(_ride));
        (await _lab.Sees()).Availability.ShouldBe(GetDriver.Availability.OnTrip);
        (await _lab.GoesOffline()).Problem().ShouldBe((409, "on_trip"));
    }

    [Fact]
    public async Task The_end_of_one_ride_does_not_end_the_next()
    {
        var (nextRide, nextOffer) = (Guid.CreateVersion7(), Guid.CreateVersion7());
        await _lab.DeliverAndSettle(_lab.Assigned(_ride, _offer));
        await _lab.DeliverAndSettle(_lab.Assigned(nextRide, nextOffer));

        await _lab.DeliverAndSettle(_lab.Completed(_ride));

        (await _lab.Sees()).CurrentRide!.RideId.ShouldBe(nextRide);
    }

    [Fact]
    public async Task Shows_the_last_destination_in_whatever_order_the_events_come()
    {
        var ride = new RideOf { RideId = _ride };
        object[] story =
        [
            _lab.Offered(_ride, _offer),
            _lab.Assigned(_ride, _offer),
            ride.Redirected(1) with
            {
                Dropoff = Samples.Zoo,
            },
            ride.Redirected(2, [Samples.Zoo]),
        ];
        foreach (var order in Orders(story))
        {
            await _lab.In(async db =>
                await db.Set<DriverAssignment>().ExecuteDeleteAsync()
                + await db.Set<RideDestination>().ExecuteDeleteAsync()
            );
            foreach (var happened in order.Concat(order))
                await _lab.Deliver(happened);

            (await _lab.Sees()).CurrentRide!.Dropoff.ShouldBe(Samples.Gendarmenmarkt);
        }
    }

    static IEnumerable<object[]> Orders(object[] story) =>
        story.Length == 1
            ? [story]
            : story.SelectMany(first =>
                Orders([.. story.Where(other => other != first)]).Select(rest => (object[])[first, .. rest])
            );
}
