using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using RideBooking.Contracts;
using RideBooking.EventLog;
using RideBooking.Matching;

namespace RideBooking.Tests.Matching;

public sealed class When_an_offer_has_ended : IAsyncLifetime
{
    MatchingLab _lab = null!;
    RideRequested _ride = null!;
    DriverOffered _offer = null!;

    public async ValueTask InitializeAsync()
    {
        _lab = await MatchingLab.Open();
        await _lab.DeliverAndSettle(await _lab.Online("anna", 52.53, 13.4132));
        _ride = _lab.Request();
        await _lab.DeliverAndSettle(_ride);
        _offer = _lab.SentOf<DriverOffered>().Single();
    }

    public ValueTask DisposeAsync() => _lab.DisposeAsync();

    async Task<DriverAssigned> Accepted()
    {
        (await _lab.Accept("anna", _offer.OfferId)).StatusCode().ShouldBe(200);
        await _lab.Settle();
        return _lab.SentOf<DriverAssigned>().ShouldHaveSingleItem();
    }

    Task ShouldBeOver() =>
        Task.WhenAll(
            ShouldBeRefused(_lab.Accept("anna", _offer.OfferId)),
            ShouldBeRefused(_lab.Decline("anna", _offer.OfferId))
        );

    static async Task ShouldBeRefused(Task<Microsoft.AspNetCore.Http.IResult> answer) =>
        (await answer).Problem().ShouldBe((409, "offer_expired"));

    [Fact]
    public async Task It_cannot_be_taken_again_after_the_ride_was_completed()
    {
        await _lab.DeliverAndSettle(_lab.Completed(await Accepted()));

        await ShouldBeOver();
    }

    [Fact]
    public async Task It_cannot_be_taken_again_after_the_ride_was_cancelled()
    {
        await Accepted();
        await _lab.DeliverAndSettle(_lab.Cancelled(_ride));

        await ShouldBeOver();
    }

    [Fact]
    public async Task It_cannot_be_taken_again_after_the_driver_released_the_ride()
    {
        await _lab.DeliverAndSettle(_lab.Unassigned(await Accepted()));

        await ShouldBeOver();
    }

    [Theory]
    [InlineData("completed")]
    [InlineData("cancelled")]
    [InlineData("released")]
    public async Task It_cannot_be_taken_again_before_matching_consumes_the_end_of_the_ride(string how)
    {
        var assigned = await Accepted();
        await IsLogged(
            how switch
            {
                "completed" => _lab.Completed(assigned),
                "cancelled" => _lab.Cancelled(_ride),
                _ => _lab.Unassigned(assigned),
            }
        );

        (await _lab.Accept("anna", _offer.OfferId)).Problem().ShouldBe((409, "offer_expired"));
    }

    [Fact]
    public async Task It_cannot_be_taken_before_matching_consumes_the_cancellation()
    {
        await IsLogged(_lab.Cancelled(_ride));

        (await _lab.Accept("anna", _offer.OfferId)).Problem().ShouldBe((409, "offer_expired"));
    }

    [Fact]
    public async Task It_cannot_be_taken_after_the_end_of_the_shift()
    {
        (await _lab.EndsShift("anna")).ShouldBeTrue();

        await ShouldBeOver();
        (await _lab.In(db => ListOffers.Of("anna", db, _lab.Clock, MatchingLab.Stop))).ShouldBeEmpty();
    }

    [Fact]
    public async Task The_search_goes_on_at_once_after_the_end_of_the_shift()
    {
        await _lab.DeliverAndSettle(await _lab.Online("bela", 52.54, 13.4132));

        await _lab.EndsShift("anna");
        await _lab.Settle();

        _lab.SentOf<OfferExpired>().ShouldHaveSingleItem().Reason.ShouldBe("driverOffline");
        _lab.SentOf<DriverOffered>().Select(offer => offer.DriverId).ShouldBe(["anna", "bela"]);
    }

    [Fact]
    public async Task A_shift_cannot_end_with_an_accepted_ride()
    {
        var assigned = await Accepted();

        (await _lab.EndsShift("anna")).ShouldBeFalse();
        await IsLogged(_lab.Completed(assigned));
        (await _lab.EndsShift("anna")).ShouldBeTrue();

        var anna = (await _lab.All<Candidate>()).Single();
        (anna.Online, anna.ReservedRideId).ShouldBe((false, _ride.RideId));
        await _lab.DeliverAndSettle(_lab.Completed(assigned));
        (await _lab.All<Candidate>()).Single().ReservedRideId.ShouldBeNull();
    }

    [Fact]
    public async Task Accepting_and_ending_the_shift_at_once_leaves_one_of_them_refused()
    {
        var (accepted, ended) = (
            Task.Run(() => _lab.Accept("anna", _offer.OfferId)),
            Task.Run(() => _lab.EndsShift("anna"))
        );

        ((await accepted).StatusCode() == 200).ShouldBe(!await ended);
    }

    [Fact]
    public async Task A_shift_whose_start_arrives_after_its_end_brings_no_offers()
    {
        await _lab.EndsShift("anna");
        await _lab.DeliverAndSettle(
            new DriverWentOffline("anna", (await _lab.All<Candidate>()).Single().ShiftId, "driver", _lab.Now)
        );
        var shift = await _lab.Online("bela", 52.53, 13.4132);
        await _lab.In(async db =>
        {
            db.Add(
                new Candidate
                {
                    DriverId = "bela",
                    ShiftId = shift.ShiftId,
                    Online = false,
                }
            );
            return await db.SaveChangesAsync(MatchingLab.Stop);
        });

        await _lab.DeliverAndSettle(shift);

        _lab.SentOf<DriverOffered>().ShouldHaveSingleItem().DriverId.ShouldBe("anna");
    }

    /// <summary>Stores an event that is committed but not yet consumed by Matching.</summary>
    Task<int> IsLogged(object happened) =>
        _lab.In(async db =>
        {
            db.Add(
                new LoggedEvent
                {
                    EventId = Guid.CreateVersion7(),
                    EventType = happened.GetType().Name,
                    Version = 1,
                    Timestamp = _lab.Now,
                    Source = "rides",
                    StreamId = _ride.RideId.ToString(),
                    Payload = System.Text.Json.JsonSerializer.Serialize<object>(happened),
                }
            );
            return await db.SaveChangesAsync(MatchingLab.Stop);
        });
}
