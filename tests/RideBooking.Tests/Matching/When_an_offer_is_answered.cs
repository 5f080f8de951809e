using MassTransit.EntityFrameworkCoreIntegration;
using Microsoft.AspNetCore.Http.HttpResults;
using RideBooking.Contracts;
using RideBooking.Matching;
using RideBooking.TestKit.Messaging;

namespace RideBooking.Tests.Matching;

public sealed class When_an_offer_is_answered : IAsyncLifetime
{
    MatchingLab _lab = null!;
    RideRequested _ride = null!;
    DriverOffered _offer = null!;

    public async ValueTask InitializeAsync()
    {
        _lab = await MatchingLab.Open();
        await _lab.DeliverAndSettle(await _lab.Online("anna", 52.53, 13.4132, "comfort"));
        _ride = _lab.Request();
        await _lab.DeliverAndSettle(_ride);
        _offer = _lab.SentOf<DriverOffered>().Single();
    }

    public ValueTask DisposeAsync() => _lab.DisposeAsync();

    [Fact]
    public async Task Accepting_assigns_the_driver()
    {
        var answer = (await _lab.Accept("anna", _offer.OfferId)).ShouldBeOfType<Ok<AcceptOffer.View>>().Value!;
        await _lab.Settle();

        (answer.RideId, answer.Pickup, answer.Fare).ShouldBe((_ride.RideId, _ride.Pickup, _ride.QuotedFare));
        var assigned = _lab.SentOf<DriverAssigned>().ShouldHaveSingleItem();
        assigned.ShouldBe(
            new DriverAssigned(
                _ride.RideId,
                _ride.RiderId,
                _offer.OfferId,
                "anna",
                "ANNA",
                new Vehicle("comfort", "B-anna", "Testarossa"),
                _offer.PickupEtaSeconds,
                1,
                _lab.Now
            )
        );
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Its_timer_is_cancelled(bool accepted)
    {
        var timer = _lab.SentOf<SetTimer>().Single(timer => timer.Message is OfferTimeout);
        timer.Token.ShouldBe(_offer.OfferId);
        // The lab has taken it, as if it were due.
        await _lab.In(db =>
        {
            db.Add(
                new ScheduledOutboxMessage
                {
                    Id = Guid.CreateVersion7(),
                    Token = timer.Token,
                    DueTime = timer.Due.UtcDateTime,
                    Message = "{}",
                }
            );
            return db.SaveChangesAsync(TestContext.Current.CancellationToken);
        });

        _ = accepted ? await _lab.Accept("anna", _offer.OfferId) : await _lab.Decline("anna", _offer.OfferId);

        (await _lab.All<ScheduledOutboxMessage>()).ShouldBeEmpty();
    }

    [Fact]
    public async Task Accepting_again_gets_the_same_answer_and_assigns_only_once()
    {
        var first = (await _lab.Accept("anna", _offer.OfferId)).ShouldBeOfType<Ok<AcceptOffer.View>>().Value;
        _lab.Clock.Advance(TimeSpan.FromMinutes(5));

        var second = (await _lab.Accept("anna", _offer.OfferId)).ShouldBeOfType<Ok<AcceptOffer.View>>().Value;

        second.ShouldBe(first);
        await _lab.Settle();
        _lab.SentOf<DriverAssigned>().ShouldHaveSingleItem();
    }

    [Fact]
    public async Task Accepting_many_times_at_once_assigns_once()
    {
        var answers = await Task.WhenAll(
            Enumerable.Range(0, 8).Select(_ => Task.Run(() => _lab.Accept("anna", _offer.OfferId)))
        );

        answers.ShouldAllBe(answer => answer.StatusCode() == 200);
        await _lab.Settle();
        _lab.SentOf<DriverAssigned>().ShouldHaveSingleItem();
    }

    [Fact]
    public async Task Another_drivers_offer_does_not_exist()
    {
        (await _lab.Accept("bela", _offer.OfferId)).Problem().ShouldBe((404, "offer_not_found"));
        (await _lab.Decline("bela", _offer.OfferId)).Problem().ShouldBe((404, "offer_not_found"));
        (await _lab.Accept("anna", Guid.CreateVersion7())).Problem().ShouldBe((404, "offer_not_found"));
    }

    [Fact]
    public async Task It_is_too_late_once_the_time_is_up_even_if_the_timer_is_late()
    {
        _lab.Clock.Advance(TimeSpan.FromSeconds(20));

        (await _lab.Accept("anna", _offer.OfferId)).Problem().ShouldBe((409, "offer_expired"));
        (await _lab.Decline("anna", _offer.OfferId)).Problem().ShouldBe((409, "offer_expired"));
    }

    [Fact]
    public async Task It_is_too_late_once_the_offer_has_expired_or_was_declined()
    {
        await _lab.Decline("anna", _offer.OfferId);
        (await _lab.Accept("anna", _offer.OfferId)).Problem().ShouldBe((409, "offer_expired"));
        (await _lab.Decline("anna", _offer.OfferId)).StatusCode().ShouldBe(204);
    }

    [Fact]
    public async Task An_accepted_offer_cannot_be_declined()
    {
        await _lab.Accept("anna", _offer.OfferId);

        (await _lab.Decline("anna", _offer.OfferId)).Problem().Status.ShouldBe(409);
    }

    [Fact]
    public async Task A_driver_who_went_off_duty_before_another_took_the_ride_learns_that_it_is_taken()
    {
        var shift = (await _lab.All<Candidate>()).Single().ShiftId;
        await _lab.DeliverAndSettle(new DriverWentOffline("anna", shift, "driver", _lab.Now));
        await _lab.DeliverAndSettle(await _lab.Online("bela", 52.53, 13.4132));
        await _lab.Accept("bela", _lab.SentOf<DriverOffered>()[^1].OfferId);

        (await _lab.Accept("anna", _offer.OfferId)).Problem().ShouldBe((409, "offer_taken"));
    }

    [Fact]
    public async Task A_cancelled_ride_cannot_be_accepted_any_more()
    {
        await _lab.DeliverAndSettle(_lab.Cancelled(_ride));

        (await _lab.Accept("anna", _offer.OfferId)).Problem().ShouldBe((409, "offer_expired"));
        _lab.SentOf<DriverAssigned>().ShouldBeEmpty();
    }

    [Fact]
    public async Task A_driver_sees_the_offers_they_can_accept_now()
    {
        (await Live("anna")).ShouldBe([_offer.OfferId]);
        (await Live("bela")).ShouldBeEmpty();

        _lab.Clock.Advance(TimeSpan.FromSeconds(20));
        (await Live("anna")).ShouldBeEmpty();

        async Task<Guid[]> Live(string driver) =>
            [
                .. (await _lab.In(db => ListOffers.Of(driver, db, _lab.Clock, MatchingLab.Stop))).Select(offer =>
                    offer.OfferId
                ),
            ];
    }
}
