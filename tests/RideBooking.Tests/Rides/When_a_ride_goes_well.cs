using RideBooking.Contracts;
using RideBooking.Rides;
using RideBooking.TestKit.Contracts;

namespace RideBooking.Tests.Rides;

public sealed class When_a_ride_goes_well : RideLab
{
    [Fact]
    public async Task Is_requested_and_searches_for_a_driver_until_the_deadline()
    {
        (await Send(Requested())).ShouldBeTrue();

        var ride = await Ride();
        ride.Status.ShouldBe("Requested");
        ride.ActiveRiderId.ShouldBe(Rider);
        ride.RequestedAt.ShouldBe(T0);
        Published<RideRequested>()
            .ShouldHaveSingleItem()
            .ShouldBe(new RideRequestedV2(RideId, Rider, Pickup, Dropoff, "standard", null, null, null, null, T0));
        var timer = TimersSet.ShouldHaveSingleItem();
        timer.Due.ShouldBe(T0 + Times.SearchDeadline);
        timer.Token.ShouldBe(ride.SearchDeadlineTokenId);
        // Published, not sent to the endpoint the command came through, which ends with the request.
        timer.Destination.ShouldBeNull();
    }

    [Fact]
    public async Task Gets_a_driver_and_no_deadline_any_more()
    {
        await Given(RideStatus.Requested);
        var timer = (await Ride()).SearchDeadlineTokenId!.Value;

        await Send(Assigned());

        var ride = await Ride();
        ride.Status.ShouldBe("DriverAssigned");
        ride.DriverId.ShouldBe(Anna);
        ride.ActiveDriverId.ShouldBe(Anna);
        ride.OfferId.ShouldBe(AnnasOffer);
        ride.DriverVehicle!.Plate.ShouldBe("B-RB 1");
        ride.EtaSeconds.ShouldBe(240);
        ride.AssignedAt.ShouldBe(T0.AddSeconds(10));
        ride.SearchDeadlineTokenId.ShouldBeNull();
        TimersCancelled.ShouldBe([timer]);
    }

    [Fact]
    public async Task Is_driven_and_publishes_each_step()
    {
        await Given(RideStatus.DriverAssigned);

        (await Send(Arrived(seconds: 100))).ShouldBeTrue();
        (await Status()).ShouldBe("DriverArrived");
        Published<DriverArrived>()
            .ShouldBe([new DriverArrived(RideId, Rider, Anna, T0.AddSeconds(100), T0.AddSeconds(220))]);

        (await Send(Started(seconds: 250))).ShouldBeTrue();
        (await Status()).ShouldBe("InProgress");
        Published<RideStarted>().ShouldBe([new RideStarted(RideId, Rider, Anna, T0.AddSeconds(250), 150)]);

        (await Send(Completed(seconds: 1000))).ShouldBeTrue();
        var ride = await Ride();
        ride.Status.ShouldBe("Completed");
        ride.ActiveRiderId.ShouldBeNull();
        ride.ActiveDriverId.ShouldBeNull();
        var completed = Published<RideCompleted>().ShouldHaveSingleItem();
        completed.DistanceMeters.ShouldBe(6100);
        completed.Tolls.ShouldBe(Samples.Euro(1.5m));
        completed.DurationSeconds.ShouldBe(750);
        completed.WaitSeconds.ShouldBe(150);
        completed.FreeWaitSeconds.ShouldBe(120);
        completed.StartedAt.ShouldBe(T0.AddSeconds(250));
        completed.At.ShouldBe(T0.AddSeconds(1000));
    }

    [Fact]
    public async Task Waits_no_longer_for_free_than_it_waited()
    {
        await Given(RideStatus.DriverArrived);
        await Send(Started(seconds: 130));
        await Send(Completed());
        var completed = Published<RideCompleted>().ShouldHaveSingleItem();
        (completed.WaitSeconds, completed.FreeWaitSeconds).ShouldBe((30, 30));
    }

    [Fact]
    public async Task Carries_the_quote_from_the_request_to_the_bill()
    {
        var (quote, method) = (Guid.CreateVersion7(), Guid.CreateVersion7());
        await Send(
            Requested() with
            {
                QuoteId = quote,
                QuotedFare = Samples.Euro(12.4m),
                QuotedDistanceMeters = 6000,
                PaymentMethodId = method,
            }
        );
        await Send(Assigned());
        await Send(Arrived());
        await Send(Started());
        await Send(Completed());

        var completed = Published<RideCompleted>().ShouldHaveSingleItem();
        completed.QuoteId.ShouldBe(quote);
        completed.QuotedFare.ShouldBe(Samples.Euro(12.4m));
        completed.QuotedDistanceMeters.ShouldBe(6000);
        completed.PaymentMethodId.ShouldBe(method);
    }

    [Fact]
    public async Task Is_priced_and_paid()
    {
        await Given(RideStatus.Completed);
        await Send(Fare());
        var ride = await Ride();
        (ride.Fare, ride.PaymentStatus, ride.PaymentAmount).ShouldBe(
            (Samples.Euro(12.4m), PaymentStatus.Pending, Samples.Euro(12.4m))
        );

        await Send(Captured());
        ride = await Ride();
        (ride.Fare, ride.PaymentStatus, ride.PaymentAmount).ShouldBe(
            (Samples.Euro(12.4m), PaymentStatus.Captured, Samples.Euro(12.4m))
        );
    }

    [Fact]
    public async Task Is_rated_once_within_a_day()
    {
        await Given(RideStatus.Completed);
        (await Send(Rated(stars: 4))).ShouldBeTrue();
        (await Send(Rated(stars: 1))).ShouldBeFalse();
        Refusal!.Code.ShouldBe("already_rated");
        (await Ride()).Stars.ShouldBe(4);
        Published<RideRatedV2>().ShouldHaveSingleItem().Stars.ShouldBe(4);
    }

    [Fact]
    public async Task Is_rated_by_both_each_once()
    {
        await Given(RideStatus.Completed);
        (await Send(RatedByDriver(stars: 2, driver: Bela))).ShouldBeFalse();
        (await Send(RatedByDriver(stars: 2))).ShouldBeTrue();
        (await Send(Rated(stars: 5))).ShouldBeTrue();
        (await Send(RatedByDriver(stars: 3))).ShouldBeFalse();
        Refusal!.Code.ShouldBe("already_rated");

        var view = RideView.Of(await Ride());
        (view.Rating, view.RatingByDriver).ShouldBe(
            (new RideView.RatingGiven(5, "thanks"), new RideView.RatingGiven(2, "polite"))
        );
        Published<RideRatedV2>().Select(it => (it.By, it.Stars)).ShouldBe([("driver", 2), ("rider", 5)]);
    }

    [Fact]
    public async Task Is_not_rated_by_its_driver_later_than_a_day_after()
    {
        await Given(RideStatus.Completed);
        (await Send(RatedByDriver(seconds: 1000 + 86_401))).ShouldBeFalse();
        Refusal!.Code.ShouldBe("rating_closed");
        (await Send(RatedByDriver(seconds: 1000 + 86_400))).ShouldBeTrue();
    }

    [Fact]
    public async Task Is_not_rated_later_than_a_day_after()
    {
        await Given(RideStatus.Completed);
        (await Send(Rated(seconds: 1000 + 86_401))).ShouldBeFalse();
        Refusal!.Code.ShouldBe("rating_closed");
        (await Send(Rated(seconds: 1000 + 86_400))).ShouldBeTrue();
    }
}
