using RideBooking.Contracts;
using RideBooking.Drivers;
using RideBooking.TestKit.Contracts;

namespace RideBooking.Tests.Drivers;

public sealed class When_a_rider_is_forgotten
{
    [Fact]
    public async Task The_assignments_of_their_rides_are_redacted()
    {
        await using var lab = await DriversLab.Open();
        var (theirs, another) = (Guid.CreateVersion7(), Guid.CreateVersion7());
        lab.Rides["rider"] = [theirs];
        foreach (var ride in new[] { theirs, another })
        {
            await lab.Deliver(lab.Offered(ride, ride));
            await lab.Deliver(lab.Assigned(ride, ride));
            await lab.Deliver(lab.Completed(ride));
        }

        for (var time = 0; time < 2; time++)
            await lab.Deliver(new RiderForgotten("rider", lab.Now));

        var rows = (await lab.All<DriverAssignment>()).ToDictionary(row => row.RideId);
        (rows[theirs].Pickup, rows[theirs].Dropoff).ShouldBe((Place.Redacted, Place.Redacted));
        (rows[another].Pickup, rows[another].Dropoff).ShouldBe((Samples.Alexanderplatz, Samples.Zoo));
    }
}
