using RideBooking.Contracts;
using RideBooking.Drivers;

namespace RideBooking.Tests.Drivers;

public sealed class RecordRatingsTests
{
    [Fact]
    public async Task Are_averaged_over_the_ratings_by_riders()
    {
        await using var lab = await DriversLab.Open();
        await lab.Saves();
        (await lab.Sees()).Rating.ShouldBeNull();

        await lab.Deliver(Rated(lab, stars: 2, by: "driver"));
        (await lab.Sees()).Rating.ShouldBeNull();
        foreach (var stars in new[] { 5, 5, 4 })
            await lab.Deliver(Rated(lab, stars, by: "rider"));
        await lab.Deliver(Rated(lab, 1, by: "rider") with { DriverId = "bela" });

        (await lab.Sees()).Rating.ShouldBe(new GetDriver.Rating(4.67, 3));
    }

    static RideRatedV2 Rated(DriversLab lab, int stars, string by) =>
        new(Guid.CreateVersion7(), "rider", "anna", stars, null, lab.Now, by);
}
