using RideBooking.Contracts;
using RideBooking.Matching;
using RideBooking.TestKit.Contracts;

namespace RideBooking.Tests.Matching;

public sealed class When_a_rider_is_forgotten
{
    [Fact]
    public async Task The_searches_of_their_rides_are_redacted()
    {
        await using var lab = await MatchingLab.Open();
        var (theirs, another) = (Guid.CreateVersion7(), Guid.CreateVersion7());
        lab.Rides["rider"] = [theirs];
        await lab.Deliver(Events.RideRequested(theirs, lab.Now, "rider"));
        await lab.Deliver(Events.RideRequested(another, lab.Now, "another"));

        for (var time = 0; time < 2; time++)
            await lab.Deliver(new RiderForgotten("rider", lab.Now));

        var rows = (await lab.All<Search>()).ToDictionary(row => row.RideId);
        (rows[theirs].Pickup, rows[theirs].Dropoff).ShouldBe((Place.Redacted, Place.Redacted));
        (rows[another].Pickup, rows[another].Dropoff).ShouldBe((Samples.Alexanderplatz, Samples.Zoo));
    }
}
