using MassTransit;
using Microsoft.Extensions.DependencyInjection;
using RideBooking.Contracts;
using RideBooking.Payments;
using RideBooking.Payments.Authorizations;
using RideBooking.Payments.Balance;
using RideBooking.Payments.Refunds;
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

    /// <summary>A gateway that authorizes and releases whatever it is asked.</summary>
    internal sealed class WillingToAuthorize : IConsumer<AuthorizeCard>, IConsumer<VoidAuthorization>
    {
        public Task Consume(ConsumeContext<AuthorizeCard> context) =>
            context.Publish(new AuthorizationSucceeded(context.Message.RideId, context.Message.Number));

        public Task Consume(ConsumeContext<VoidAuthorization> context) =>
            context.Publish(new AuthorizationVoided(context.Message.RideId, context.Message.Number));
    }

    /// <summary>A gateway that captures from the authorization, if there is one, and returns money at the second call.</summary>
    internal sealed class WillingToCapture : IConsumer<ChargeCard>, IConsumer<RefundCard>
    {
        public Task Consume(ConsumeContext<ChargeCard> context) =>
            context.Publish(
                new ChargeSucceeded(
                    context.Message.RideId,
                    context.Message.Attempt,
                    ByAuthorization: context.Message.Authorization is not null
                )
            );

        public Task Consume(ConsumeContext<RefundCard> context) =>
            context.Message.Attempt == 1
                ? context.Publish(new RefundUnknown(context.Message.RideId, context.Message.Number, 1, "timeout"))
                : context.Publish(new RefundSucceeded(context.Message.RideId, context.Message.Number));
    }

    static SagaLab LabWithAuthorizations() =>
        new(lab =>
            lab.Saga<PaymentStateMachine, Payment>()
                .Consumer<WillingToAuthorize>()
                .Consumer<WillingToCapture>()
                .Services(services => services.AddSingleton(RideAndPaymentScenarios.Options))
                .Outbox(OutboxKind.Transactional)
                .Redelivery(again => again.Interval(3, TimeSpan.FromMinutes(1)))
        );

    static bool HoldsNothing(Payment payment) =>
        payment.AuthorizationState is null or AuthorizationStates.Captured or AuthorizationStates.Voided;

    [Fact]
    public async Task A_fare_and_its_authorization_meet_in_every_order_and_nothing_stays_reserved()
    {
        await using var lab = LabWithAuthorizations();
        var report = await lab.Explore(
            it =>
            {
                it.Given(_ride.Requested with { QuotedFare = Samples.Euro(12.4m) })
                    .Events(Events.DriverAssigned(_ride.RideId, SomeRide.At, _ride.RiderId), Fare)
                    .Duplicates(1)
                    .Crashes(1);
                WhatMustHold(it);
                it.Finally("captured", world => world.StateOf<Payment>(_ride.RideId) == "Captured")
                    .Finally("nothing is reserved", world => world.Sagas<Payment>().All(HoldsNothing));
            },
            Stop
        );
        report.States.ShouldBeGreaterThan(50);
    }

    [Fact]
    public async Task A_ride_without_a_driver_leaves_nothing_reserved_in_any_order()
    {
        await using var lab = LabWithAuthorizations();
        await lab.Explore(
            it =>
                it.Given(_ride.Requested with { QuotedFare = Samples.Euro(12.4m) })
                    .Events(
                        Events.DriverAssigned(_ride.RideId, SomeRide.At, _ride.RiderId),
                        new NoDriverFound(_ride.RideId, _ride.RiderId, 180, SomeRide.At)
                    )
                    .Duplicates(1)
                    .Crashes(1)
                    .NothingFails()
                    .Finally("nothing is reserved", world => world.Sagas<Payment>().All(HoldsNothing)),
            Stop
        );
    }

    [Fact]
    public async Task A_refund_is_returned_once_whatever_comes_twice_or_crashes()
    {
        await using var lab = LabWithAuthorizations();
        await lab.Explore(
            it =>
                it.Given(_ride.Requested, Fare)
                    .Events(Refund(1, 5m), Refund(1, 12.4m))
                    .Duplicates(1)
                    .Crashes(1)
                    .NothingFails()
                    .Always(
                        "returns no more than was captured",
                        world => world.Published<PaymentRefunded>().Sum(refund => refund.Amount.Amount) <= 12.4m
                    )
                    .Always("returns once", world => world.Published<PaymentRefunded>().Count <= 1)
                    .Finally(
                        "refunded",
                        world =>
                            world.StateOf<Payment>(_ride.RideId) is "Captured" or "Refunded"
                            && world.Published<PaymentRefunded>().Count == 1
                    ),
            Stop
        );
    }

    RefundPayment Refund(int number, decimal amount) =>
        new(
            _ride.RideId,
            Guid.CreateVersion7(),
            number,
            Samples.Euro(amount),
            [],
            RefundReason.Goodwill,
            "goodwill",
            "op",
            DriverBears: true,
            SomeRide.At
        );

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
