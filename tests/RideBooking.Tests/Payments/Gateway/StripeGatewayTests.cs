using Microsoft.Extensions.DependencyInjection;
using RideBooking.Contracts;
using RideBooking.Payments.Gateway;
using RideBooking.TestKit.Contracts;
using RideBooking.TestKit.Payments;

namespace RideBooking.Tests.Payments.Gateway;

/// <summary>How Stripe's answers are understood.</summary>
public sealed class StripeGatewayTests : IAsyncLifetime
{
    StripeDouble _stripe = null!;
    MoneyLab _lab = null!;

    IPaymentGateway Gateway => _lab.Services.GetRequiredService<IPaymentGateway>();

    public async ValueTask InitializeAsync()
    {
        _stripe = await StripeDouble.Start();
        _lab = await MoneyLab.OpenAt(_stripe, ("Payments:Stripe:Timeout", "00:00:02"));
    }

    public async ValueTask DisposeAsync()
    {
        await _lab.DisposeAsync();
        await _stripe.DisposeAsync();
    }

    static ChargeRequest Request(string card = "pm_card_visa", Money? amount = null, string key = "ride/1/charge/1") =>
        new(key, "1", amount ?? Samples.Euro(12.40m), card);

    Task<ChargeResponse> Charge(string card = "pm_card_visa", Money? amount = null) =>
        Gateway.Charge(Request(card, amount), MoneyLab.Stop);

    void Fail(string operation, StripeFault fault) =>
        _stripe.Faults = call => call.Operation == operation ? fault : StripeFault.None;

    void Recover() => _stripe.Faults = _ => StripeFault.None;

    string[] Called() => [.. _stripe.Calls.Select(call => call.Operation)];

    [Fact]
    public async Task Creates_the_intent_first_and_confirms_it_then()
    {
        (await Charge()).ShouldBe(ChargeResponse.Captured);
        _stripe
            .Calls.Select(call => (call.Operation, call.IdempotencyKey))
            .ShouldBe([("create", "ride/1/charge/1/create"), ("confirm", "ride/1/charge/1/confirm")]);
    }

    [Theory]
    [InlineData("create", StripeFault.ResetBefore, "gateway_unavailable")]
    [InlineData("create", StripeFault.ResetAfter, "gateway_unavailable")]
    [InlineData("create", StripeFault.HangAfter, "gateway_timeout")]
    [InlineData("create", StripeFault.ErrorBefore, "gateway_unavailable")]
    [InlineData("create", StripeFault.ErrorAfter, "gateway_unavailable")]
    [InlineData("create", StripeFault.RateLimited, "gateway_unavailable")]
    [InlineData("confirm", StripeFault.ResetBefore, "gateway_unavailable")]
    [InlineData("confirm", StripeFault.ResetAfter, "gateway_unavailable")]
    [InlineData("confirm", StripeFault.HangAfter, "gateway_timeout")]
    [InlineData("confirm", StripeFault.ErrorBefore, "gateway_unavailable")]
    [InlineData("confirm", StripeFault.ErrorAfter, "gateway_unavailable")]
    [InlineData("confirm", StripeFault.RateLimited, "gateway_unavailable")]
    public async Task An_outage_leaves_the_outcome_open_and_the_next_call_settles_it(
        string operation,
        StripeFault fault,
        string code
    )
    {
        Fail(operation, fault);
        (await Charge()).ShouldBe(ChargeResponse.Unknown(code));
        Recover();
        // Also with an answer 500 that Stripe has saved under the idempotency key.
        (await Charge()).ShouldBe(ChargeResponse.Captured);
        _stripe.Captures.Count.ShouldBe(1);
    }

    [Theory]
    [InlineData("create")]
    [InlineData("confirm")]
    public async Task Takes_the_money_once_even_after_Stripe_forgot_its_keys(string lost)
    {
        Fail(lost, StripeFault.ResetAfter);
        await Charge();
        Recover();
        for (var day = 0; day < 3; day++)
        {
            _lab.Clock.Advance(TimeSpan.FromDays(1));
            _stripe.ForgetKeys();
            (await Charge()).ShouldBe(ChargeResponse.Captured);
        }
        _stripe.Captures.Count.ShouldBe(1);
    }

    [Fact]
    public async Task A_decline_whose_answer_was_lost_stays_a_decline_after_Stripe_forgot_its_keys()
    {
        const string Card = "pm_card_visa_chargeDeclinedInsufficientFunds";
        Fail("confirm", StripeFault.ResetAfter);
        (await Charge(Card)).Outcome.ShouldBe(ChargeOutcome.Unknown);
        Recover();
        _stripe.ForgetKeys();
        (await Charge(Card)).ShouldBe(ChargeResponse.Declined("insufficient_funds"));
        _stripe.States("1").ShouldBe(["canceled"]);
    }

    [Fact]
    public async Task A_decline_is_not_announced_before_nothing_can_be_taken_any_more()
    {
        Fail("cancel", StripeFault.ResetBefore);
        (await Charge("pm_card_visa_chargeDeclined")).Outcome.ShouldBe(ChargeOutcome.Unknown);
        Recover();
        (await Charge("pm_card_visa_chargeDeclined")).ShouldBe(ChargeResponse.Declined("card_declined"));
        _stripe.States("1").ShouldBe(["canceled"]);
    }

    [Fact]
    public async Task A_card_that_was_removed_before_it_was_charged_is_declined_for_good()
    {
        var saved = (await Gateway.Save("pm_card_visa", "rider-1", MoneyLab.Stop))!;
        Fail("confirm", StripeFault.ResetBefore);
        await Charge(saved.Token);
        Recover();
        for (var time = 0; time < 2; time++)
            await Gateway.Remove(saved.Token, MoneyLab.Stop);
        for (var time = 0; time < 2; time++)
            (await Charge(saved.Token)).ShouldBe(ChargeResponse.Declined("invalid_token"));
        _stripe.States("1").ShouldBe(["canceled"]);
    }

    [Fact]
    public async Task A_card_whose_bank_asks_for_the_rider_is_declined_for_good()
    {
        (await Charge("pm_card_authenticationRequired")).ShouldBe(
            ChargeResponse.Declined(StripeGateway.AuthenticationRequired)
        );
        DeclineCodes.IsPermanent(StripeGateway.AuthenticationRequired).ShouldBeTrue();
    }

    [Fact]
    public async Task A_call_in_progress_under_the_same_key_leaves_the_outcome_open()
    {
        var (reached, release) = (new TaskCompletionSource(), new TaskCompletionSource());
        _stripe.Hold = call =>
        {
            if (call.Operation != "confirm")
                return Task.CompletedTask;
            reached.TrySetResult();
            return release.Task;
        };
        var first = Charge();
        await reached.Task.WaitAsync(WaitFor.Limit, MoneyLab.Stop);
        (await Charge()).Outcome.ShouldBe(ChargeOutcome.Unknown);
        release.SetResult();
        (await first).ShouldBe(ChargeResponse.Captured);
        _stripe.Captures.Count.ShouldBe(1);
    }

    [Theory]
    [InlineData("JPY", 2188, 2188)]
    [InlineData("KWD", 1.25, 1250)]
    [InlineData("ISK", 5, 500)]
    [InlineData("UGX", 5, 500)]
    [InlineData("MGA", 20, 20)]
    [InlineData("EUR", 12.4, 1240)]
    public async Task Amounts_are_written_as_Stripe_counts_the_currency(string currency, double amount, long expected)
    {
        (await Charge(amount: new Money((decimal)amount, currency))).ShouldBe(ChargeResponse.Captured);
        _stripe.Captures.ShouldHaveSingleItem().Amount.ShouldBe(expected);
    }

    [Theory]
    [InlineData("KWD", 1.255, "amount_not_supported")]
    [InlineData("EUR", 0.30, "amount_too_small")]
    public async Task An_amount_that_Stripe_cannot_take_is_declined_for_good(
        string currency,
        double amount,
        string code
    )
    {
        for (var time = 0; time < 2; time++)
            (await Charge(amount: new Money((decimal)amount, currency))).ShouldBe(ChargeResponse.Declined(code));
        DeclineCodes.IsPermanent(code).ShouldBeTrue();
        _stripe.Captures.ShouldBeEmpty();
    }

    [Theory]
    [InlineData(StripeFault.ResetAfter)]
    [InlineData(StripeFault.ResetBefore)]
    [InlineData(StripeFault.RateLimited)]
    public async Task A_refund_whose_answer_was_lost_is_returned_once_even_after_Stripe_forgot_its_keys(
        StripeFault fault
    )
    {
        await Charge();
        var refund = new RefundRequest("ride/1/refund/1", "1", "ride/1/charge/1", Samples.Euro(2m));
        Fail("refund", fault);
        (await Gateway.Refund(refund, MoneyLab.Stop)).Outcome.ShouldBe(ChargeOutcome.Unknown);
        Recover();
        for (var day = 0; day < 3; day++)
        {
            _stripe.ForgetKeys();
            (await Gateway.Refund(refund, MoneyLab.Stop)).ShouldBe(ChargeResponse.Refunded);
        }
        _stripe.Returned.ShouldHaveSingleItem().Amount.ShouldBe(200);
    }

    [Fact]
    public async Task A_closed_key_is_closed_at_Stripe_and_with_it_the_authorization_it_captures_from()
    {
        var authorization = Request(key: "ride/1/authorize/1");
        await Gateway.Authorize(authorization, MoneyLab.Stop);
        Fail("capture", StripeFault.ResetBefore);
        await Gateway.Capture(Request(), authorization.Key, MoneyLab.Stop);
        Recover();
        (await Gateway.Close(Request(), MoneyLab.Stop)).ShouldBe(ChargeResponse.Declined(ChargeResponse.Closed));
        _stripe.States("1").ShouldBe(["canceled"]);
        (await Gateway.Capture(Request(), authorization.Key, MoneyLab.Stop)).Outcome.ShouldBe(ChargeOutcome.Declined);
        _stripe.Captures.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_saved_card_belongs_to_a_customer_of_its_own_and_is_not_saved_twice_when_the_answer_was_lost()
    {
        Fail("attach", StripeFault.ResetAfter);
        await Should.ThrowAsync<GatewayUnavailableException>(() =>
            Gateway.Save("pm_card_visa", "rider-1", MoneyLab.Stop)
        );
        Recover();
        var saved = (await Gateway.Save("pm_card_visa", "rider-1", MoneyLab.Stop)).ShouldNotBeNull();
        saved.Token.ShouldMatch("^cus_[0-9]+/pm_[0-9]+$");
        // It is theirs: another rider cannot add it.
        (await Gateway.Save(saved.Token.Split('/')[1], "rider-2", MoneyLab.Stop)).ShouldBeNull();
        (await Gateway.Save(saved.Token, "rider-2", MoneyLab.Stop)).ShouldBeNull();
        // Stripe checks a card when it is saved.
        (await Gateway.Save("pm_card_visa_chargeDeclined", "rider-1", MoneyLab.Stop)).ShouldBeNull();
        Called().Count(operation => operation == "attach").ShouldBe(4);
    }
}
