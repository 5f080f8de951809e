using MassTransit;
using Microsoft.Extensions.DependencyInjection;
using RideBooking.Contracts;
using RideBooking.Payments;
using RideBooking.Payments.Balance;
using RideBooking.Testing;
using RideBooking.TestKit.Contracts;
using RideBooking.TestKit.Scenarios;

namespace RideBooking.Tests.Payments;

/// <summary>Explores every order of a fare, the gateway's answers, timers and a rider who pays early, with a crash at any point.</summary>
public sealed class When_every_order_of_a_payment_is_explored
{
    readonly SomeRide _ride = new();

    static CancellationToken Stop => TestContext.Current.CancellationToken;

    FareFinalized Fare => Events.FareFinalized(_ride.RideId, SomeRide.At, Samples.Euro(12.4m), _ride.RiderId);

    /// <summary>A gateway that declines the first charge and accepts all later ones.</summary>
    internal sealed class WillingAtSecond : IConsumer<ChargeCard>
    {
        public Task Consume(ConsumeContext<ChargeCard> context) =>
            context.Message.Attempt == 1
                ? context.Publish(new ChargeDeclined(context.Message.RideId, 1, "card_declined", MayRetry: true))
                : context.Publish(new ChargeSucceeded(context.Message.RideId, context.Message.Attempt));
    }

    /// <summary>A gateway that never answers.</summary>
    internal sealed class Silent : IConsumer<ChargeCard>
    {
        public Task Consume(ConsumeContext<ChargeCard> context) =>
            context.Publish(new ChargeUnknown(context.Message.RideId, context.Message.Attempt, "timeout"));
    }

    static SagaLab LabWith<TGateway>()
        where TGateway : class, IConsumer =>
        new(lab =>
            lab.Saga<PaymentStateMachine, Payment>()
                .Consumer<TGateway>()
                .Services(services => services.AddSingleton(RideAndPaymentScenarios.Options))
                .Outbox(OutboxKind.Transactional)
                .Redelivery(again => again.Interval(3, TimeSpan.FromMinutes(1)))
        );

    static void WhatMustHold(ExplorationSetup it) =>
        it.NothingFails()
            .Always("takes the money once", world => world.Published<PaymentCaptured>().Count <= 1)
            .Always(
                "asks for the same amount under the same key",
                world =>
                    world
                        .Published<ChargeCard>()
                        .GroupBy(it => it.Key)
                        .All(key => key.Select(it => it.Amount).Distinct().Count() == 1)
            )
            .Always(
                "waits with a timer that is set",
                world =>
                    world.Sagas<Payment>().All(it => it.Status != "Retrying")
                    || world.Waiting<RetryDue>().Count > 0
                    || world.InFlight<RetryDue>().Count > 0
            );

    [Fact]
    public async Task A_fare_is_captured_once_whatever_comes_twice_or_crashes()
    {
        await using var lab = LabWith<WillingAtSecond>();
        var report = await lab.Explore(
            it =>
            {
                it.Given(_ride.Requested).Events(Fare).Duplicates(1).Crashes(1);
                WhatMustHold(it);
                it.Finally("captured", world => world.StateOf<Payment>(_ride.RideId) == "Captured");
            },
            Stop
        );
        TestContext.Current.TestOutputHelper!.WriteLine($"{report}");
        report.States.ShouldBeGreaterThan(50);
    }

    [Fact]
    public async Task A_gateway_that_never_answers_is_called_with_one_key_and_the_rider_owes_it_in_the_end()
    {
        await using var lab = LabWith<Silent>();
        var report = await lab.Explore(
            it =>
            {
                it.Given(_ride.Requested).Events(Fare).Duplicates(1).Crashes(1);
                WhatMustHold(it);
                it.Always(
                        "under one key",
                        world => world.Published<ChargeCard>().Select(it => it.Key).Distinct().Count() <= 1
                    )
                    .Finally("outstanding", world => world.StateOf<Payment>(_ride.RideId) == "Outstanding");
            },
            Stop
        );
        report.States.ShouldBeGreaterThan(50);
    }

    /// <summary>A gateway that answers only the third attempt, for any card.</summary>
    internal sealed class WillingAtThird : IConsumer<ChargeCard>
    {
        public Task Consume(ConsumeContext<ChargeCard> context) =>
            context.Message.Attempt < 3
                ? context.Publish(new ChargeUnknown(context.Message.RideId, context.Message.Attempt, "timeout"))
                : context.Publish(new ChargeSucceeded(context.Message.RideId, context.Message.Attempt));
    }

    [Fact]
    public async Task A_rider_who_names_other_cards_and_an_operator_who_gives_up_meet_in_every_order()
    {
        await using var lab = LabWith<WillingAtThird>();
        await lab.Explore(
            it =>
            {
                it.Given(_ride.Requested)
                    .Events(
                        Fare,
                        new PayNow(_ride.RideId, Guid.CreateVersion7()),
                        new WriteOffPayment(_ride.RideId, "op", "goodwill", SomeRide.At)
                    )
                    .Duplicates(0)
                    .Crashes(0)
                    .NothingFails()
                    .Always("takes the money once", world => world.Published<PaymentCaptured>().Count <= 1)
                    .Finally(
                        "ends paid, owed or given up",
                        world => world.StateOf<Payment>(_ride.RideId) is "Captured" or "Outstanding" or "WrittenOff"
                    );
            },
            Stop
        );
    }
}
