using RideBooking.Contracts;
using RideBooking.Payments;
using RideBooking.Payments.Balance;
using RideBooking.Testing;
using RideBooking.TestKit.Contracts;
using RideBooking.Tests.Payments.Gateway;
using static RideBooking.Testing.Expect;
using static RideBooking.Testing.Step;

namespace RideBooking.Tests.Payments;

/// <summary>From the fare to the captured payment: the state machine, the gateway's consumer and the sandbox's ledger together.</summary>
public sealed class When_a_ride_is_paid(PaymentLab lab) : IClassFixture<PaymentLab>
{
    static readonly TimeSpan s_minute = TimeSpan.FromMinutes(1);

    readonly SomeRide _ride = new() { RiderId = $"rider-{Guid.CreateVersion7()}" };

    FareFinalized Fare(decimal amount = 12.40m, Guid? method = null) =>
        Events.FareFinalized(_ride.RideId, SomeRide.At, Samples.Euro(amount), _ride.RiderId, paymentMethodId: method);

    CancellationFeeAssessedV2 Fee(decimal amount) =>
        Events.CancellationFeeAssessed(_ride.RideId, SomeRide.At, Samples.Euro(amount), _ride.RiderId);

    PayNow PayNow => new(_ride.RideId, null);

    // The messages between state machine and gateway at every attempt.
    static MessageExpectation<ChargeCard> Asked(int attempt) => Published<ChargeCard>().With(new { Attempt = attempt });

    static MessageExpectation<ChargeSucceeded> Succeeded(int attempt) =>
        Published<ChargeSucceeded>().With(new { Attempt = attempt });

    static MessageExpectation<ChargeDeclined> Declined(int attempt, string code) =>
        Published<ChargeDeclined>().With(new { Attempt = attempt, Code = code });

    static MessageExpectation<ChargeUnknown> Unanswered(int attempt) =>
        Published<ChargeUnknown>().With(new { Attempt = attempt });

    static MessageExpectation<PaymentFailedV2> Failed(int attempt, string code, TimeSpan? again) =>
        Published<PaymentFailedV2>()
            .With(
                new
                {
                    Attempt = attempt,
                    Code = code,
                    Kind = PaymentFailureKind.OfCode(code),
                    WillRetry = again is not null,
                }
            )
            .Where(failed => failed.RetryAt - failed.At == again);

    SagaExpectation<Payment> Payment(string state) => Saga<Payment>(_ride.RideId).Is(state);

    Task<Guid> Card(string token) => lab.AddCard(_ride.RiderId, token);

    async Task<IReadOnlyList<(string Key, string Outcome)>> Books() =>
        [
            .. (await lab.Ledger(_ride.RideId)).Select(entry =>
                (entry.Key[(entry.Key.LastIndexOf('/') + 1)..], entry.Outcome)
            ),
        ];

    [Fact]
    public async Task Captures_the_fare_once_and_publishes_it()
    {
        await Card("tok_visa");
        var run = await lab
            .WithRetries.Given(_ride.Requested)
            .When(Fare(12.40m))
            .Then(
                Asked(1),
                Succeeded(1),
                Published<PaymentCaptured>()
                    .With(
                        new
                        {
                            _ride.RideId,
                            _ride.RiderId,
                            Amount = Samples.Euro(12.40m),
                            Attempt = 1,
                            SomeRide.At,
                        }
                    ),
                Payment("Captured")
            );

        run.Published<PaymentCaptured>().Single().PaymentId.ShouldBe(run.Saga<Payment>(_ride.RideId)!.PaymentId);
        var taken = (await lab.Ledger(_ride.RideId)).ShouldHaveSingleItem();
        (taken.Outcome, taken.Amount, taken.Key).ShouldBe(
            ("captured", Samples.Euro(12.40m), $"ride/{_ride.RideId}/charge/1")
        );
    }

    [Fact]
    public async Task Captures_a_cancellation_fee_like_a_fare()
    {
        await Card("tok_visa");
        await lab
            .WithRetries.Given(_ride.Requested)
            .When(Fee(5m))
            .Then(Asked(1), Succeeded(1), Published<PaymentCaptured>().With(new { Amount = Samples.Euro(5m) }));
        (await Books()).ShouldBe([("1", "captured")]);
    }

    [Fact]
    public async Task Captures_nothing_where_no_fee_is_due()
    {
        await lab.WithRetries.Given(_ride.Requested).When(Fee(0)).Then(Payment("NothingDue"));
        (await Books()).ShouldBeEmpty();
    }

    [Fact]
    public async Task Tries_a_declined_card_again_under_a_new_key_and_then_leaves_the_balance_outstanding()
    {
        await Card("tok_insufficient_funds");
        const string Why = "insufficient_funds";
        await lab
            .WithRetries.Given(_ride.Requested)
            .When(Fare())
            .Then(
                Asked(1),
                Declined(1, Why),
                Failed(1, Why, s_minute),
                Scheduled<RetryDue>().In(s_minute),
                Payment("Retrying")
            )
            .When(Passes(s_minute - TimeSpan.FromSeconds(1)))
            .ThenNothing()
            .When(Passes(TimeSpan.FromSeconds(1)))
            .Then(Asked(2), Declined(2, Why), Failed(2, Why, 10 * s_minute), Scheduled<RetryDue>().In(10 * s_minute))
            .When(Passes(10 * s_minute))
            .Then(
                Asked(3),
                Declined(3, Why),
                Failed(3, Why, again: null),
                Published<BalanceOutstanding>().With(new { Amount = Samples.Euro(12.40m) }),
                Payment("Outstanding")
            )
            .When(Passes(TimeSpan.FromDays(7)))
            .ThenNothing();
        (await Books()).ShouldBe([("1", "declined"), ("2", "declined"), ("3", "declined")]);
    }

    [Fact]
    public async Task Succeeds_at_the_second_attempt_with_a_card_that_was_declined_once()
    {
        await Card("tok_declined_once");
        await lab
            .WithRetries.Given(_ride.Requested, Fare())
            .When(Passes(s_minute))
            .Then(Asked(2), Succeeded(2), Published<PaymentCaptured>().With(new { Attempt = 2 }), Payment("Captured"));
        (await Books()).ShouldBe([("1", "declined"), ("2", "captured")]);
    }

    [Theory]
    [InlineData("tok_timeout")]
    [InlineData("tok_timeout_lost")]
    public async Task Resolves_a_timeout_under_the_same_key_whether_or_not_the_card_was_charged(string token)
    {
        await Card(token);
        await lab
            .WithRetries.Given(_ride.Requested)
            .When(Fare())
            .Then(
                Asked(1),
                Unanswered(1),
                Failed(1, "gateway_timeout", s_minute),
                Scheduled<RetryDue>(),
                Payment("Retrying").Where(payment => payment.Unresolved)
            )
            .When(Passes(s_minute))
            .Then(Asked(2).With(new { Resolve = true }), Succeeded(2), Published<PaymentCaptured>());
        (await Books()).ShouldBe([("1", "captured")]);
    }

    [Fact]
    public async Task Does_not_charge_another_card_while_an_earlier_answer_is_unknown()
    {
        await Card("tok_timeout");
        var run = await lab
            .WithoutRetries.Given(_ride.Requested)
            .When(Fare())
            .ThenAmongOthers(Published<BalanceOutstanding>(), Payment("Outstanding"));

        var other = await lab.AddCard(_ride.RiderId, "tok_visa", defaultSince: 2);
        await run.Deliver(new PayNow(_ride.RideId, other), cancellationToken: TestContext.Current.CancellationToken);
        run.Published<PaymentCaptured>().Count.ShouldBe(1);
        run.Published<BalanceSettled>().Count.ShouldBe(1);
        (await lab.Ledger(_ride.RideId)).ShouldHaveSingleItem().Token.ShouldBe("tok_timeout");
    }

    [Theory]
    [InlineData("tok_expired", "expired_card")]
    [InlineData("tok_stolen", "stolen_card")]
    public async Task Does_not_try_a_card_again_that_is_declined_for_good(string token, string code)
    {
        await Card(token);
        await lab
            .WithRetries.Given(_ride.Requested)
            .When(Fare())
            .Then(
                Asked(1),
                Declined(1, code),
                Failed(1, code, again: null),
                Published<BalanceOutstanding>(),
                Payment("Outstanding")
            )
            .When(Passes(TimeSpan.FromDays(7)))
            .ThenNothing();
    }

    [Fact]
    public async Task Gives_a_declined_card_all_its_retries_however_often_the_gateway_did_not_answer_before()
    {
        await Card("tok_unavailable");
        var run = await lab
            .WithRetries.Given(_ride.Requested, Fare())
            .When(Passes(s_minute))
            .ThenAmongOthers(Failed(2, "gateway_unavailable", 10 * s_minute));
        var declined = await lab.AddCard(_ride.RiderId, "tok_insufficient_funds", defaultSince: 2);
        await run.Deliver(new PayNow(_ride.RideId, declined), cancellationToken: TestContext.Current.CancellationToken);
        var failures = run.Published<PaymentFailedV2>();
        failures
            .Select(failed => (failed.Kind, failed.RetryAt - failed.At))
            .ShouldBe([("unavailable", s_minute), ("unavailable", 10 * s_minute), ("declined", s_minute)]);
    }

    [Fact]
    public async Task Leaves_the_balance_outstanding_at_once_where_the_rider_has_no_card()
    {
        await lab
            .WithRetries.Given(_ride.Requested)
            .When(Fare())
            .Then(
                Asked(1),
                Declined(1, "no_payment_method"),
                Failed(1, "no_payment_method", again: null),
                Published<BalanceOutstanding>()
            );
        (await Books()).ShouldBeEmpty();
    }

    [Theory]
    [InlineData("the one the ride names", "tok_mastercard")]
    [InlineData("none", "tok_visa")]
    [InlineData("another rider's", "tok_visa")]
    public async Task Uses_the_method_the_ride_names_else_the_default_and_never_another_riders(
        string method,
        string token
    )
    {
        var named = await lab.AddCard(_ride.RiderId, "tok_mastercard", defaultSince: 1);
        await lab.AddCard(_ride.RiderId, "tok_visa", defaultSince: 2);
        var foreign = await lab.AddCard("other-rider", "tok_declined");

        await lab
            .WithRetries.Given(_ride.Requested)
            .When(
                Fare(
                    method: method switch
                    {
                        "none" => null,
                        "another rider's" => foreign,
                        _ => named,
                    }
                )
            )
            .ThenAmongOthers(Published<PaymentCaptured>());
        (await lab.Ledger(_ride.RideId)).ShouldHaveSingleItem().Token.ShouldBe(token);
    }

    [Fact]
    public async Task Settles_a_balance_when_the_rider_pays_and_announces_it_once()
    {
        await Card("tok_declined");
        var run = await lab
            .WithoutRetries.Given(_ride.Requested)
            .When(Fare(9.80m))
            .Then(
                Asked(1),
                Declined(1, "card_declined"),
                Failed(1, "card_declined", again: null),
                Published<BalanceOutstanding>().With(new { Amount = Samples.Euro(9.80m) })
            )
            // The same card again is still declined, and the amount still owed.
            .When(PayNow)
            .Then(
                Asked(2),
                Declined(2, "card_declined"),
                Failed(2, "card_declined", again: null),
                Payment("Outstanding")
            );

        await lab.AddCard(_ride.RiderId, "tok_visa", defaultSince: 2);
        var before = run.Observations.Count;
        await run.Deliver(PayNow, cancellationToken: TestContext.Current.CancellationToken);
        await run.Deliver(PayNow, cancellationToken: TestContext.Current.CancellationToken); // nothing is owed any more
        run.Observations.Skip(before)
            .Where(it => it.Kind == ObservationKind.Published)
            .Select(it => it.MessageType!.Name)
            .ShouldBe([nameof(ChargeCard), nameof(ChargeSucceeded), nameof(PaymentCaptured), nameof(BalanceSettled)]);
        run.Published<BalanceSettled>().Single().Amount.ShouldBe(Samples.Euro(9.80m));
        run.StateOf<Payment>(_ride.RideId).ShouldBe("Captured");
    }

    [Fact]
    public async Task Does_not_wait_for_the_next_attempt_when_the_rider_pays()
    {
        await Card("tok_declined_once");
        await lab
            .WithRetries.Given(_ride.Requested, Fare())
            .When(PayNow)
            .Then(Cancelled<RetryDue>(), Asked(2), Succeeded(2), Published<PaymentCaptured>())
            // A timer that fires in spite of its cancellation.
            .When(Passes(10 * s_minute), new RetryDue(_ride.RideId, 1))
            .ThenNothing();
        (await Books()).ShouldBe([("1", "declined"), ("2", "captured")]);
    }

    [Theory]
    [InlineData("tok_timeout_lost", "tok_visa")]
    [InlineData("tok_timeout", "tok_timeout")]
    public async Task Charges_the_card_that_the_rider_names_while_a_retry_waits_unless_the_other_was_charged(
        string first,
        string charged
    )
    {
        await Card(first);
        var run = await lab
            .WithRetries.Given(_ride.Requested)
            .When(Fare())
            .ThenAmongOthers(Payment("Retrying").Where(payment => payment.Unresolved));
        var other = await lab.AddCard(_ride.RiderId, "tok_visa", defaultSince: 0);
        await run.Deliver(new PayNow(_ride.RideId, other), cancellationToken: TestContext.Current.CancellationToken);

        run.Published<PaymentCaptured>().Count.ShouldBe(1);
        var books = await lab.Ledger(_ride.RideId);
        books.Single(entry => entry.Outcome == "captured").Token.ShouldBe(charged);
        books.ShouldAllBe(entry => entry.Outcome == "captured" || (entry.Token == first && entry.Outcome == "closed"));
        run.Saga<Payment>(_ride.RideId)!.IdempotencyKey.ShouldBe(books.Single(e => e.Outcome == "captured").Key);
    }
}
