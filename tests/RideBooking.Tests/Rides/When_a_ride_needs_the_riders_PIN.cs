using RideBooking.Contracts;
using RideBooking.Platform.Messaging;
using RideBooking.Rides;
using RideBooking.Testing;

namespace RideBooking.Tests.Rides;

/// <summary>The state machine where drivers need a PIN to start a ride.</summary>
public sealed class When_a_ride_needs_the_riders_PIN : RideLab
{
    static readonly SagaLab s_lab = NewLab(Rules with { RequireStartPin = true });

    readonly LabRun _run = s_lab.Start();

    [Fact]
    public async Task It_starts_with_the_PIN_and_not_without()
    {
        await Arrives(Anna);
        var missing = await Sent(Started());
        (missing.Accepted, missing.Refusal!.Code).ShouldBe((false, "wrong_pin"));
        missing.Refusal.Extensions.ShouldContain(("attemptsLeft", (object)5));
        (await Sent(Started() with { HasPin = true })).Accepted.ShouldBeTrue();
        Ride_.Status.ShouldBe("InProgress");
    }

    [Fact]
    public async Task A_wrong_PIN_is_counted_and_says_how_many_attempts_are_left()
    {
        await Arrives(Anna);
        (await Sent(WrongPin())).Accepted.ShouldBeTrue();
        (await Sent(WrongPin(seconds: 210))).Accepted.ShouldBeTrue();
        Ride_.WrongPins.ShouldBe(2);
        (await Sent(Started())).Refusal!.Extensions.ShouldContain(("attemptsLeft", (object)3));
        (await Sent(WrongPin(Bela))).Accepted.ShouldBeFalse();
        Ride_.WrongPins.ShouldBe(2);
        _run.Published<RideStarted>().ShouldBeEmpty();
    }

    [Fact]
    public async Task After_five_wrong_PINs_not_even_the_right_one_starts_it()
    {
        await Arrives(Anna);
        await FiveWrongPins();
        foreach (var attempt in new[] { await Sent(Started() with { HasPin = true }), await Sent(Started()) })
            (attempt.Accepted, attempt.Refusal!.Code).ShouldBe((false, "pin_locked"));
        (await Sent(WrongPin())).Refusal!.Code.ShouldBe("pin_locked");
        (Ride_.Status, Ride_.WrongPins).ShouldBe(("DriverArrived", 5));
    }

    [Fact]
    public async Task The_next_driver_has_all_attempts()
    {
        await Arrives(Anna);
        await FiveWrongPins();
        (await Sent(Reassigned(seconds: 300))).Accepted.ShouldBeTrue();
        await Sent(Assigned(Bela, seconds: 310));
        await Sent(Arrived(Bela, seconds: 400));
        (await Sent(Started(Bela, seconds: 500) with { HasPin = true })).Accepted.ShouldBeTrue();
        Ride_.Status.ShouldBe("InProgress");
    }

    [Fact]
    public async Task A_service_without_PINs_starts_it_after_any_number_of_wrong_ones()
    {
        await Given(RideStatus.DriverArrived);
        for (var attempt = 0; attempt < RideRules.MaxWrongPins; attempt++)
            await Send(WrongPin());
        (await Send(Started())).ShouldBeTrue();
    }

    Ride Ride_ => _run.Saga<Ride>(RideId)!;

    async Task Arrives(string driver)
    {
        await Sent(Requested());
        await Sent(Assigned(driver));
        await Sent(Arrived(driver));
    }

    async Task FiveWrongPins()
    {
        for (var attempt = 1; attempt <= 5; attempt++)
            (await Sent(WrongPin(seconds: 200 + attempt))).Accepted.ShouldBeTrue();
    }

    async Task<CommandOutcome> Sent<T>(T message)
        where T : class
    {
        var outcome = new CommandOutcome();
        await _run.DeliverWith(outcome, message, cancellationToken: Stop);
        return outcome;
    }
}
