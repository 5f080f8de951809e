using System.Collections.Concurrent;
using Microsoft.AspNetCore.Http;
using RideBooking.Contracts;
using RideBooking.Matching;

namespace RideBooking.Tests.Matching;

/// <summary>
/// Many riders and drivers act at once on a real database. A seed chooses their actions and the database their order, so the
/// invariants are checked on its tables.
/// </summary>
public sealed class When_a_whole_city_rides_at_once
{
    [Fact]
    public async Task Two_hundred_rides_find_two_hundred_drivers_one_each()
    {
        const int count = 200;
        // At once in the whole city: the lab's timers, which widen a search, do not fire here.
        await using var lab = await MatchingLab.Open(("Matching:WidenAfter", "00:00:00"));
        var places = new Random(1);
        var drivers = new List<object>();
        for (var n = 0; n < count; n++)
            drivers.Add(await lab.Online($"driver-{n}", Somewhere(52.52, places), Somewhere(13.40, places)));
        var rides = Enumerable
            .Range(0, count)
            .Select(n => lab.Request(Somewhere(52.52, places), Somewhere(13.40, places), rider: $"rider-{n}"))
            .ToList();
        var answers = new ConcurrentBag<IResult>();

        await lab.SettleAtOnce(
            [.. drivers, .. rides],
            async happened =>
            {
                if (happened is not DriverOffered offer)
                    return;
                // The driver taps twice, and another driver guesses the offer's id.
                foreach (
                    var answer in await Task.WhenAll(
                        lab.Accept(offer.DriverId, offer.OfferId),
                        lab.Accept(offer.DriverId, offer.OfferId),
                        lab.Accept("stranger", offer.OfferId)
                    )
                )
                    answers.Add(answer);
            }
        );

        answers.Count(answer => answer.StatusCode() == StatusCodes.Status200OK).ShouldBe(2 * count);
        var assigned = lab.SentOf<DriverAssigned>();
        assigned.Select(one => one.RideId).ShouldBe(rides.Select(ride => ride.RideId), ignoreOrder: true);
        assigned.Select(one => one.DriverId).Distinct().Count().ShouldBe(count);
        await ShouldBeConsistent(lab);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task Declines_silence_cancellations_releases_and_breaks_never_double_anything(int seed)
    {
        const int riders = 60;
        const int fleet = 25;
        await using var lab = await MatchingLab.Open();
        var chance = new Chance(seed);
        var first = new List<object>();
        for (var n = 0; n < fleet; n++)
            first.Add(await lab.Online($"driver-{n}", Somewhere(52.52, chance), Somewhere(13.40, chance)));
        var rides = Enumerable
            .Range(0, riders)
            .Select(n => lab.Request(Somewhere(52.52, chance), Somewhere(13.40, chance), rider: $"rider-{n}"))
            .ToDictionary(ride => ride.RideId);
        first.AddRange(rides.Values);
        first.AddRange(rides.Values.Where(_ => chance.Of(10)).Select(lab.Cancelled));

        await lab.SettleAtOnce(first.OrderBy(_ => chance.Next()), People);

        // The searches without a driver reach their deadline.
        foreach (var ride in rides.Values)
            await lab.DeliverAndSettle(new NoDriverFound(ride.RideId, ride.RiderId, 180, lab.Now));
        await ShouldBeConsistent(lab);
        (await lab.All<Search>()).ShouldAllBe(search => search.Status == SearchStatus.Ended);
        (await lab.All<Candidate>()).ShouldAllBe(candidate => candidate.ReservedRideId == null);
        (await lab.All<Offer>()).ShouldAllBe(offer => offer.Status != OfferStatus.Open && offer.ActiveRideId == null);
        lab.SentOf<DriverAssigned>().Select(one => one.OfferId).ShouldBeUnique();
        (await lab.All<Offer>())
            .Where(offer => offer.Status != OfferStatus.Withdrawn)
            .Select(offer => (offer.RideId, offer.DriverId))
            .ShouldBeUnique();

        async Task People(object happened)
        {
            switch (happened)
            {
                case DriverOffered offer when chance.Of(15):
                    await lab.Decline(offer.DriverId, offer.OfferId);
                    break;
                case DriverOffered offer when chance.Of(15):
                    await lab.Deliver(new OfferTimeout(offer.RideId, offer.OfferId, OfferEndReason.Timeout));
                    break;
                case DriverOffered offer when chance.Of(10):
                    await Task.WhenAll(
                        lab.Accept(offer.DriverId, offer.OfferId),
                        lab.Deliver(lab.Cancelled(rides[offer.RideId]))
                    );
                    break;
                case DriverOffered offer when chance.Of(10):
                    var shift = (await lab.All<Candidate>()).Single(one => one.DriverId == offer.DriverId).ShiftId;
                    await lab.Deliver(new DriverWentOffline(offer.DriverId, shift, "driver", lab.Now));
                    await lab.Deliver(
                        await lab.Online(offer.DriverId, Somewhere(52.52, chance), Somewhere(13.40, chance))
                    );
                    break;
                case DriverOffered offer:
                    await Task.WhenAll(
                        lab.Accept(offer.DriverId, offer.OfferId),
                        lab.Deliver(new OfferTimeout(offer.RideId, offer.OfferId, OfferEndReason.Timeout)),
                        lab.Decline(offer.DriverId, offer.OfferId)
                    );
                    break;
                case DriverAssigned assigned when chance.Of(20):
                    await lab.Deliver(lab.Unassigned(assigned));
                    break;
                case DriverAssigned assigned:
                    await lab.Deliver(lab.Completed(assigned));
                    break;
                default:
                    break;
            }
        }
    }

    /// <summary>Checks the invariants that hold at every moment.</summary>
    static async Task ShouldBeConsistent(MatchingLab lab)
    {
        var offers = (await lab.All<Offer>()).ToDictionary(offer => offer.OfferId);
        var living = offers.Values.Where(offer => offer.ActiveRideId is not null).ToList();
        living.Select(offer => offer.RideId).ShouldBeUnique();
        living.Select(offer => offer.DriverId).ShouldBeUnique();
        living.ShouldAllBe(offer => offer.Status == OfferStatus.Open || offer.Status == OfferStatus.Accepted);

        var reserved = (await lab.All<Candidate>()).Where(driver => driver.ReservedRideId is not null).ToList();
        reserved.Select(driver => driver.ReservedOfferId!.Value).ShouldBe(living.Select(offer => offer.OfferId), true);
        foreach (var driver in reserved)
        {
            var offer = offers[driver.ReservedOfferId!.Value];
            (offer.RideId, offer.DriverId).ShouldBe((driver.ReservedRideId!.Value, driver.DriverId));
        }

        foreach (var search in (await lab.All<Search>()).Where(search => search.OfferId is not null))
        {
            var offer = offers[search.OfferId!.Value];
            offer.ActiveRideId.ShouldBe(search.RideId);
            search.Status.ShouldBe(offer.Status == OfferStatus.Accepted ? SearchStatus.Assigned : SearchStatus.Offered);
        }
    }

    static double Somewhere(double around, Random chance) => around + (chance.NextDouble() - 0.5) * 0.08;

    /// <summary>A thread-safe source of random numbers.</summary>
    sealed class Chance(int seed) : Random(seed)
    {
        readonly Lock _lock = new();

        public override double NextDouble()
        {
            lock (_lock)
                return base.NextDouble();
        }

        public override int Next()
        {
            lock (_lock)
                return base.Next();
        }

        public bool Of(int percent) => NextDouble() * 100 < percent;
    }
}
