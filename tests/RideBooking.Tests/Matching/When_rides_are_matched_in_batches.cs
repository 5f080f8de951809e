using Microsoft.Extensions.DependencyInjection;
using RideBooking.Contracts;
using RideBooking.Matching;
using RideBooking.TestKit.Messaging;

namespace RideBooking.Tests.Matching;

public sealed class When_rides_are_matched_in_batches : IAsyncLifetime
{
    static readonly TimeSpan s_window = TimeSpan.FromSeconds(2);

    MatchingLab _lab = null!;

    public async ValueTask InitializeAsync() => _lab = await MatchingLab.Open(("Matching:Mode", "batched"));

    public ValueTask DisposeAsync() => _lab.DisposeAsync();

    (Guid, string)[] Offered => [.. _lab.SentOf<DriverOffered>().Select(offer => (offer.RideId, offer.DriverId))];

    async Task ComesOnline(string driver, double lat) =>
        await _lab.DeliverAndSettle(await _lab.Online(driver, lat, 13.4132));

    async Task<RideRequested> Requested(double lat, string rider)
    {
        var ride = _lab.Request(lat, rider: rider);
        await _lab.DeliverAndSettle(ride);
        return ride;
    }

    [Fact]
    public async Task A_ride_waits_for_the_end_of_the_window()
    {
        await ComesOnline("anna", 52.5220);
        var ride = await Requested(52.5219, "rider");
        Offered.ShouldBeEmpty();
        _lab.SentOf<SetTimer>().ShouldHaveSingleItem().Due.ShouldBe(_lab.Now + s_window);

        await _lab.Advance(s_window);

        Offered.ShouldBe([(ride.RideId, "anna")]);
        var offer = _lab.SentOf<DriverOffered>().Single();
        offer.ExpiresAt.ShouldBe(_lab.Now.AddSeconds(20));
        (await _lab.Accept("anna", offer.OfferId)).StatusCode().ShouldBe(200);
    }

    [Fact]
    public async Task All_pickups_together_take_the_least_time()
    {
        // For the first ride alone, the driver in the middle is nearer. The second ride has no other driver nearby.
        await ComesOnline("left", 52.5080);
        await ComesOnline("middle", 52.5270);
        var first = await Requested(52.5180, "one");
        var second = await Requested(52.5300, "two");

        await _lab.Advance(s_window);

        Offered.ShouldBe([(first.RideId, "left"), (second.RideId, "middle")], ignoreOrder: true);
        var attempt = (await _lab.Trace(first.RideId)).Attempts.ShouldHaveSingleItem();
        (attempt.Trigger, attempt.OfferStatus).ShouldBe((MatchTrigger.Batch, OfferStatus.Open));
        attempt
            .Candidates.Select(candidate => (candidate.DriverId, candidate.Reason))
            .ShouldBe([("middle", MatchReason.ReservedMeanwhile), ("left", MatchReason.Offered)]);
    }

    [Fact]
    public async Task A_window_is_matched_once_however_many_rides_and_hosts_ask_for_it()
    {
        for (var number = 0; number < 5; number++)
            await ComesOnline($"driver-{number}", 52.5220 + number * 0.001);
        for (var number = 0; number < 5; number++)
            await Requested(52.5220, $"rider-{number}");
        _lab.Clock.Advance(s_window);
        var batch = _lab.Services.GetRequiredService<Batches>().Current();

        await _lab.SettleAtOnce(Enumerable.Repeat<object>(batch, 8), _ => Task.CompletedTask);

        Offered.Length.ShouldBe(5);
        Offered.Select(offer => offer.Item1).ShouldBeUnique();
        Offered.Select(offer => offer.Item2).ShouldBeUnique();
        (await _lab.All<MatchAttempt>()).Count.ShouldBe(5);
    }

    [Fact]
    public async Task A_ride_without_a_driver_takes_part_in_later_batches()
    {
        var ride = await Requested(52.5219, "rider");
        await _lab.Advance(s_window);
        Offered.ShouldBeEmpty();

        // The driver who comes on duty causes the next batch.
        await ComesOnline("anna", 52.5220);
        await _lab.Advance(s_window);

        Offered.ShouldBe([(ride.RideId, "anna")]);
    }

    [Fact]
    public async Task A_declined_ride_goes_to_another_driver_in_the_next_batch()
    {
        await ComesOnline("anna", 52.5220);
        await ComesOnline("bela", 52.5240);
        var ride = await Requested(52.5219, "rider");
        await _lab.Advance(s_window);
        await _lab.Decline("anna", _lab.SentOf<DriverOffered>().Single().OfferId);
        await _lab.Settle();

        await _lab.Advance(s_window);

        Offered.ShouldBe([(ride.RideId, "anna"), (ride.RideId, "bela")]);
    }

    [Fact]
    public async Task A_ride_that_was_cancelled_meanwhile_reserves_no_driver()
    {
        await ComesOnline("anna", 52.5220);
        var ride = await Requested(52.5219, "rider");
        _lab.Clock.Advance(s_window);
        await _lab.Deliver(_lab.Services.GetRequiredService<Batches>().Current());
        var match = (await _lab.TakeOutbox()).OfType<DriverMatched>().ShouldHaveSingleItem();

        await _lab.DeliverAndSettle(_lab.Cancelled(ride));
        await _lab.DeliverAndSettle(match);

        Offered.ShouldBeEmpty();
        (await _lab.All<Candidate>()).ShouldHaveSingleItem().ReservedRideId.ShouldBeNull();
    }

    [Fact]
    public async Task A_match_of_a_driver_who_was_reserved_meanwhile_leaves_the_ride_to_the_next_batch()
    {
        await ComesOnline("anna", 52.5220);
        var (first, second) = (await Requested(52.5219, "one"), await Requested(52.5219, "two"));
        await _lab.DeliverAndSettle(new DriverMatched(first.RideId, Guid.CreateVersion7(), "anna", 11));

        await _lab.DeliverAndSettle(new DriverMatched(second.RideId, Guid.CreateVersion7(), "anna", 11));
        Offered.ShouldBe([(first.RideId, "anna")]);

        await ComesOnline("bela", 52.5230);
        await _lab.Advance(s_window);
        Offered.ShouldBe([(first.RideId, "anna"), (second.RideId, "bela")]);
    }
}
