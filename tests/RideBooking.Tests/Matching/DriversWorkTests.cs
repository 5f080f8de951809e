using RideBooking.Contracts;
using RideBooking.Matching;
using RideBooking.TestKit.Contracts;

namespace RideBooking.Tests.Matching;

/// <summary>What a driver's live stream says about the trip, in every order of the events.</summary>
public sealed class DriversWorkTests
{
    readonly RideOf _ride = new(driver: "anna");

    RideRequestedV2 Requested => RideRequestedV2.Upcast(_ride.Requested) with { Stops = [Samples.Alexanderplatz] };

    [Fact]
    public void An_offer_has_the_stops_of_the_request() =>
        After(Requested, _ride.Offered).Stops.ShouldBe([Samples.Alexanderplatz]);

    [Fact]
    public void An_offer_without_a_known_request_does_not_tell_the_stops() => After(_ride.Offered).Stops.ShouldBeNull();

    [Fact]
    public void An_offer_made_with_the_trip_before_a_change_has_the_new_trip()
    {
        var offer = After(Requested, _ride.Redirected(stops: [Samples.Zoo]), _ride.Offered);

        (offer.Dropoff, offer.Fare).ShouldBe((Samples.Gendarmenmarkt, Samples.Euro(9.90m)));
        offer.Stops.ShouldBe([Samples.Zoo]);
    }

    [Fact]
    public void The_next_offer_of_a_ride_keeps_the_changed_trip()
    {
        var again = _ride.Offered with { OfferId = Guid.CreateVersion7() };

        After(Requested, _ride.Offered, _ride.Redirected(), _ride.Declined, again)
            .Dropoff.ShouldBe(Samples.Gendarmenmarkt);
    }

    [Fact]
    public void A_change_of_another_ride_says_nothing()
    {
        var (work, _) = new DriversWork("anna").After(_ride.Offered);

        var (next, message) = work.After(new RideOf().Redirected());

        message.ShouldBeNull();
        next.Current!.Dropoff.ShouldBe(_ride.Offered.Dropoff);
    }

    static OfferView After(params object[] events)
    {
        var work = new DriversWork("anna");
        foreach (var happened in events)
            (work, _) = work.After(happened);
        return work.Current!;
    }
}
