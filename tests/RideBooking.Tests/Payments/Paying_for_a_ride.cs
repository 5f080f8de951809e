using MassTransit.EntityFrameworkCoreIntegration;
using Microsoft.EntityFrameworkCore;
using RideBooking.Contracts;
using RideBooking.Payments;
using RideBooking.Payments.Gateway;
using RideBooking.Payments.Methods;

namespace RideBooking.Tests.Payments;

/// <summary>From the fare to the captured payment: the machine, the gateway's consumer and the sandbox's books together.</summary>
public sealed class Paying_for_a_ride
{
    static readonly TimeSpan s_minute = TimeSpan.FromMinutes(1);
    static readonly (string, string) s_delays = ("Payments:RetryDelays", "00:01:00,00:10:00");

    static (string, string) Token(string token) => ("Payments:DefaultToken", token);

    [Fact]
    public async Task Takes_the_fare_once_and_says_so()
    {
        await using var lab = await MoneyLab.Open();
        var ride = new SomeRide();
        await lab.Happens(ride.Quoted(12.40m));

        var payment = await lab.Payment(ride.RideId);
        payment.Status.ShouldBe("Captured");
        lab.Said<PaymentCaptured>()
            .ShouldBe([
                new PaymentCaptured(
                    ride.RideId,
                    ride.RiderId,
                    payment.PaymentId,
                    SomeRide.Euro(12.40m),
                    Attempt: 1,
                    lab.Now
                ),
            ]);
        var taken = (await lab.Ledger(ride.RideId)).ShouldHaveSingleItem();
        (taken.Outcome, taken.Amount, taken.Key).ShouldBe(("captured", 12.40m, $"ride/{ride.RideId}/charge/1"));
        lab.Said<PaymentFailed>().ShouldBeEmpty();
    }

    [Fact]
    public async Task Takes_a_cancellation_fee_like_a_fare_and_nothing_where_none_is_due()
    {
        await using var lab = await MoneyLab.Open();
        var (late, inTime) = (new SomeRide(), new SomeRide());
        await lab.Happens(late.Cancelled);
        await lab.Happens(inTime.Cancelled with { SinceAssignedSeconds = 10 });

        lab.Said<PaymentCaptured>().ShouldHaveSingleItem().Amount.ShouldBe(SomeRide.Euro(5m));
        (await lab.Payment(inTime.RideId)).Status.ShouldBe("NothingDue");
        (await lab.Ledger(inTime.RideId)).ShouldBeEmpty();
    }

    [Fact]
    public async Task Tries_a_declined_card_again_under_a_new_key_and_then_leaves_the_balance_outstanding()
    {
        await using var lab = await MoneyLab.Open(s_delays, Token("tok_insufficient_funds"));
        var ride = new SomeRide();
        await lab.Happens(ride.Quoted());
        (await lab.Payment(ride.RideId)).Status.ShouldBe("Retrying");

        await lab.Passes(s_minute - TimeSpan.FromSeconds(1));
        lab.Said<PaymentFailed>().Count.ShouldBe(1);
        await lab.Passes(TimeSpan.FromSeconds(1));
        await lab.Passes(10 * s_minute);

        (await lab.Payment(ride.RideId)).Status.ShouldBe("Outstanding");
        lab.Said<PaymentFailed>()
            .Select(failed => (failed.Attempt, failed.Code, failed.WillRetry, failed.RetryAt - failed.At))
            .ShouldBe([
                (1, "insufficient_funds", true, s_minute),
                (2, "insufficient_funds", true, 10 * s_minute),
                (3, "insufficient_funds", false, null),
            ]);
        lab.Said<BalanceOutstanding>().ShouldHaveSingleItem().Amount.ShouldBe(SomeRide.Euro(12.40m));
        (await lab.Ledger(ride.RideId))
            .Select(entry => (entry.Key[^1], entry.Outcome))
            .ShouldBe([('1', "declined"), ('2', "declined"), ('3', "declined")]);
        lab.Said<PaymentCaptured>().ShouldBeEmpty();
    }

    [Fact]
    public async Task Succeeds_at_the_second_attempt_with_a_card_that_was_declined_once()
    {
        await using var lab = await MoneyLab.Open(s_delays, Token("tok_declined_once"));
        var ride = new SomeRide();
        await lab.Happens(ride.Quoted());
        lab.Said<PaymentFailed>().ShouldHaveSingleItem().Code.ShouldBe("card_declined");

        await lab.Passes(s_minute);
        lab.Said<PaymentCaptured>().ShouldHaveSingleItem().Attempt.ShouldBe(2);
    }

    [Theory]
    [InlineData("tok_timeout")]
    [InlineData("tok_timeout_lost")]
    public async Task Resolves_a_timeout_under_the_same_key_whether_or_not_the_money_was_taken(string token)
    {
        await using var lab = await MoneyLab.Open(s_delays, Token(token));
        var ride = new SomeRide();
        await lab.Happens(ride.Quoted());
        lab.Said<PaymentFailed>()
            .Select(failed => (failed.Attempt, failed.Code, failed.WillRetry))
            .ShouldBe([(1, "gateway_timeout", true)]);
        (await lab.Payment(ride.RideId)).Unresolved.ShouldBeTrue();

        await lab.Passes(s_minute);
        lab.Said<PaymentCaptured>().ShouldHaveSingleItem().Attempt.ShouldBe(2);
        (await lab.Ledger(ride.RideId)).ShouldHaveSingleItem().Outcome.ShouldBe("captured");
    }

    [Fact]
    public async Task Does_not_charge_another_card_while_an_earlier_answer_is_unknown()
    {
        await using var lab = await MoneyLab.Open(("Payments:RetryDelays", ""), Token("tok_timeout"));
        var ride = new SomeRide();
        await lab.Happens(ride.Quoted());
        (await lab.Payment(ride.RideId)).Status.ShouldBe("Outstanding");

        var rider = await lab.As("rider", ride.RiderId);
        await AddCard(rider, "tok_visa");
        (await rider.Post("riders/me/balance/pay")).ShouldBe(System.Net.HttpStatusCode.Accepted);
        await lab.Settle();

        lab.Said<PaymentCaptured>().Count.ShouldBe(1);
        lab.Said<BalanceSettled>().Count.ShouldBe(1);
        (await lab.Ledger(ride.RideId)).ShouldHaveSingleItem().Token.ShouldBe("tok_timeout");
    }

    [Fact]
    public async Task Leaves_the_balance_outstanding_at_once_where_the_rider_has_no_card()
    {
        await using var lab = await MoneyLab.Open(s_delays, Token(""));
        var ride = new SomeRide();
        await lab.Happens(ride.Quoted());
        lab.Said<PaymentFailed>()
            .Select(failed => (failed.Code, failed.WillRetry))
            .ShouldBe([("no_payment_method", false)]);
        lab.Said<BalanceOutstanding>().Count.ShouldBe(1);
    }

    [Fact]
    public async Task Uses_the_method_the_ride_names_else_the_default_and_never_another_riders()
    {
        await using var lab = await MoneyLab.Open(Token("tok_declined"));
        var rider = await lab.As("rider", "rider-1");
        var stranger = await lab.As("rider", "stranger");
        await AddCard(rider, "tok_visa");
        var named = await AddCard(rider, "tok_mastercard");
        var foreign = await AddCard(stranger, "tok_declined");

        foreach (var (method, token) in new[] { (named, "tok_mastercard"), (null, "tok_visa"), (foreign, "tok_visa") })
        {
            var ride = new SomeRide { PaymentMethodId = method };
            await lab.Happens(ride.Quoted());
            (await lab.Ledger(ride.RideId)).ShouldHaveSingleItem().Token.ShouldBe(token);
        }
    }

    [Fact]
    public async Task Settles_a_balance_when_the_rider_pays_and_says_what_was_owed_until_then()
    {
        await using var lab = await MoneyLab.Open(("Payments:RetryDelays", ""), Token("tok_declined"));
        var ride = new SomeRide();
        await lab.Happens(ride.Quoted(9.80m));
        var rider = await lab.As("rider", ride.RiderId);
        Outstanding(await rider.Get("riders/me/balance")).ShouldBe(("9.80", 1));

        // The same card again: still declined, still owed, and the balance is not announced a second time.
        (await rider.Post("riders/me/balance/pay")).ShouldBe(System.Net.HttpStatusCode.Accepted);
        await lab.Settle();
        Outstanding(await rider.Get("riders/me/balance")).ShouldBe(("9.80", 1));
        lab.Said<BalanceOutstanding>().Count.ShouldBe(1);
        lab.Said<PaymentFailed>()
            .Select(failed => (failed.Attempt, failed.WillRetry))
            .ShouldBe([(1, false), (2, false)]);

        await AddCard(rider, "tok_visa");
        (await rider.Post("riders/me/balance/pay")).ShouldBe(System.Net.HttpStatusCode.Accepted);
        (await rider.Post("riders/me/balance/pay")).ShouldBe(System.Net.HttpStatusCode.Accepted); // already being paid
        await lab.Settle();
        Outstanding(await rider.Get("riders/me/balance")).ShouldBe(("0.00", 0));
        lab.Said<PaymentCaptured>().ShouldHaveSingleItem().Attempt.ShouldBe(3);
        lab.Said<BalanceSettled>().ShouldHaveSingleItem().Amount.ShouldBe(SomeRide.Euro(9.80m));
        (await rider.Post("riders/me/balance/pay")).ShouldBe(System.Net.HttpStatusCode.Conflict, "nothing_outstanding");
    }

    [Fact]
    public async Task Does_not_wait_for_the_next_attempt_when_the_rider_pays_and_ignores_the_timer_then()
    {
        await using var lab = await MoneyLab.Open(s_delays, Token("tok_declined_once"));
        var ride = new SomeRide();
        await lab.Happens(ride.Quoted());
        var rider = await lab.As("rider", ride.RiderId);
        (await rider.Post("riders/me/balance/pay")).ShouldBe(System.Net.HttpStatusCode.Accepted);
        await lab.Settle();
        lab.Said<PaymentCaptured>().ShouldHaveSingleItem().Attempt.ShouldBe(2);

        await lab.Passes(10 * s_minute);
        (await lab.Ledger(ride.RideId)).Count(entry => entry.Outcome == "captured").ShouldBe(1);
        lab.Said<PaymentCaptured>().Count.ShouldBe(1);
    }

    [Fact]
    public async Task Takes_nothing_more_when_every_message_comes_again_a_week_later()
    {
        await using var lab = await MoneyLab.Open(s_delays, Token("tok_declined_once"));
        var ride = new SomeRide();
        List<object> heard = [ride.Completed];
        await lab.Deliver(ride.Completed);
        await Drain();
        lab.Clock.Advance(s_minute);
        heard.Add(new RetryDue(ride.RideId, 1));
        await lab.Deliver(heard[^1]);
        await Drain();
        var before = (lab.Said<object>().Count, (await lab.Ledger(ride.RideId)).Count);
        (await lab.Payment(ride.RideId)).Status.ShouldBe("Captured");

        lab.Clock.Advance(TimeSpan.FromDays(7));
        await lab.In(db => db.Set<InboxState>().ExecuteDeleteAsync(MoneyLab.Stop));
        foreach (var message in heard)
            await lab.Deliver(message);

        (await lab.Take()).ShouldBeEmpty();
        (lab.Said<object>().Count, (await lab.Ledger(ride.RideId)).Count).ShouldBe(before);

        async Task Drain()
        {
            while (await lab.Take() is { Count: > 0 } messages)
                foreach (var message in messages)
                {
                    heard.Add(message);
                    await lab.Deliver(message);
                }
        }
    }

    [Theory]
    [InlineData("tok_visa", 1)]
    [InlineData("tok_declined_once", 2)]
    [InlineData("tok_timeout", 3)]
    [InlineData("tok_timeout_lost", 4)]
    [InlineData("tok_declined", 5)]
    public async Task Takes_the_fare_at_most_once_however_often_and_in_whatever_order_messages_come(
        string token,
        int seed
    )
    {
        await using var lab = await MoneyLab.Open(s_delays, Token(token));
        var random = new Random(seed);
        var ride = new SomeRide();
        List<object> all = [ride.Quoted()];
        for (var round = 0; round < 12; round++)
        {
            // All that was ever said comes again, several copies at once, in an order of chance.
            var storm = all.SelectMany(message => Enumerable.Repeat(message, random.Next(1, 3))).ToArray();
            random.Shuffle(storm);
            await Task.WhenAll(storm.Take(12).Select(message => Task.Run(() => lab.Deliver(message))));
            all.AddRange((await lab.Take()).Where(message => !all.Contains(message)));
            lab.Clock.Advance(s_minute);
            if (random.Next(3) == 0)
                await lab.Tell(new PayNow(ride.RideId, null));
            all.AddRange(
                Enumerable.Range(1, 3).Select(attempt => (object)new RetryDue(ride.RideId, attempt)).Except(all)
            );
        }
        await lab.Settle();

        var payment = await lab.Payment(ride.RideId);
        var captures = (await lab.Ledger(ride.RideId)).Count(entry => entry.Outcome == SandboxCharge.Captured);
        captures.ShouldBe(payment.Status == "Captured" ? 1 : 0);
        lab.Said<PaymentCaptured>().Distinct().Count().ShouldBe(captures);
        if (token != "tok_declined")
            payment.Status.ShouldBe("Captured");
    }

    static (string, int) Outstanding(Api.Answer balance) =>
        (
            balance.ShouldBe(System.Net.HttpStatusCode.OK).Body!["outstanding"]!["amount"]!.GetValue<string>(),
            balance.Body!["rides"]!.AsArray().Count
        );

    static async Task<Guid?> AddCard(Api.Person rider, string token) =>
        Guid.Parse(
            (
                await rider.Post(
                    "riders/me/payment-methods",
                    new System.Text.Json.Nodes.JsonObject { ["token"] = token, ["makeDefault"] = token == "tok_visa" }
                )
            )
                .ShouldBe(System.Net.HttpStatusCode.Created)
                .Text("id")
        );
}
