using RideBooking.Demo;
using RideBooking.Demo.People;

namespace RideBooking.Tests.Demo.People;

public sealed class When_people_live_in_the_city
{
    [Fact]
    public void They_want_the_same_again_with_the_same_seed_and_something_else_with_another()
    {
        Trips(seed: 7, rider: 3).ShouldBe(Trips(seed: 7, rider: 3));
        Trips(seed: 7, rider: 3).ShouldNotBe(Trips(seed: 8, rider: 3));
        Trips(seed: 7, rider: 3).ShouldNotBe(Trips(seed: 7, rider: 4));
    }

    [Fact]
    public void They_want_of_everything_there_is_to_see()
    {
        var trips = Enumerable.Range(0, 20).SelectMany(rider => Trips(seed: 1, rider)).ToList();

        trips.ShouldContain(trip => trip.CancelAfter != null);
        trips.ShouldContain(trip => trip.IsTooExpensive);
        trips.ShouldContain(trip => trip.Stars == 5);
        trips
            .Select(trip => trip.Card)
            .Distinct()
            .ShouldBe(
                ["tok_visa", "tok_declined_once", "tok_timeout", "tok_timeout_lost", "tok_insufficient_funds"],
                ignoreOrder: true
            );
        trips.ShouldAllBe(trip => trip.From.MetersTo(trip.To) > 300 && trip.From.MetersTo(trip.To) < 20_000);
    }

    [Fact]
    public void They_have_names_that_the_screen_finds_by_their_ids()
    {
        Names.Of("demo-driver-0").ShouldBe("Anna");
        Names.Of("demo-driver-20").ShouldBe("Anna 2");
        Names.Of("demo-rider-1").ShouldBe("Ben");
        Names.Of("max").ShouldBe("max");
    }

    [Fact]
    public async Task They_wait_shorter_when_the_pace_is_raised_while_they_wait()
    {
        var cancellationToken = TestContext.Current.CancellationToken;
        var pace = new Pace(new DemoArguments(1, 1, 1, 1), TimeProvider.System);
        var hour = pace.Pass(40, cancellationToken);

        pace.Current = 1000; // as fast as possible

        pace.Current.ShouldBe(32);
        await hour.WaitAsync(WaitFor.Limit, cancellationToken);
    }

    [Fact]
    public async Task They_sleep_while_they_wait_however_short_it_is()
    {
        var clock = new CountedReads();
        var pace = new Pace(new DemoArguments(1, 1, 1, 1), clock);

        await pace.Pass(0.0009, TestContext.Current.CancellationToken);

        clock.Reads.ShouldBeLessThan(20);
    }

    sealed class CountedReads : TimeProvider
    {
        public int Reads { get; private set; }

        public override long GetTimestamp()
        {
            Reads++;
            return base.GetTimestamp();
        }
    }

    static List<Trip> Trips(int seed, int rider)
    {
        var chance = new Chance(seed, $"rider {rider}");
        return [.. Enumerable.Range(0, 50).Select(_ => Trip.Next(chance))];
    }
}
