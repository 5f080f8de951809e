using RideBooking.Console.Api;
using RideBooking.Console.Parts;

namespace RideBooking.Tests.Console.Parts;

public sealed class CityPlanTests
{
    static readonly Point s_alexanderplatz = new(52.5219, 13.4132);
    static readonly Point s_zoo = new(52.5072, 13.3325);

    [Fact]
    public void North_is_up_and_east_is_right()
    {
        var plan = Plan(s_alexanderplatz, s_zoo);

        var (east, west) = (plan.PointOf(s_alexanderplatz), plan.PointOf(s_zoo));

        east.X.ShouldBeGreaterThan(west.X);
        east.Y.ShouldBeLessThan(west.Y);
    }

    [Fact]
    public void The_scale_is_the_same_in_both_directions()
    {
        // At 60 degrees, a degree of longitude is half as long as one of latitude.
        var plan = Plan(new Point(59.95, 10), new Point(60.05, 10.2));

        var (a, b) = (plan.PointOf(new Point(59.95, 10)), plan.PointOf(new Point(60.05, 10.2)));

        (b.X - a.X).ShouldBe(a.Y - b.Y, tolerance: 1);
    }

    [Fact]
    public void Everything_that_is_included_is_inside_and_one_position_is_in_the_middle()
    {
        Plan(s_zoo).PointOf(s_zoo).ShouldBe((CityPlan.Width / 2.0, CityPlan.Height / 2.0));
        var plan = Plan(s_zoo, s_alexanderplatz, new Point(52.4, 13.1), new Point(52.6, 13.9));
        foreach (var position in new[] { new Point(52.4, 13.1), new Point(52.6, 13.9) })
        {
            var (x, y) = plan.PointOf(position);
            x.ShouldBeInRange(0, CityPlan.Width);
            y.ShouldBeInRange(0, CityPlan.Height);
        }
        new CityPlan().IsEmpty.ShouldBeTrue();
    }

    static CityPlan Plan(params Point[] positions)
    {
        var plan = new CityPlan();
        foreach (var position in positions)
            plan.Include(position);
        return plan;
    }
}
