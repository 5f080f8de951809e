using Microsoft.Extensions.DependencyInjection;
using RideBooking.Contracts;
using RideBooking.Payments.Gateway;
using RideBooking.TestKit.Contracts;

namespace RideBooking.Tests.Payments.Gateway;

/// <summary>What every gateway does, at a provider or in the sandbox.</summary>
public abstract class PaymentGatewayContract : IAsyncLifetime
{
    readonly string _ride = Guid.CreateVersion7().ToString();

    private protected MoneyLab Lab { get; private set; } = null!;

    private protected IPaymentGateway Gateway => Lab.Services.GetRequiredService<IPaymentGateway>();

    /// <summary>A card that pays.</summary>
    protected abstract string Pays { get; }

    /// <summary>Another card that pays.</summary>
    protected abstract string PaysToo { get; }

    /// <summary>The cards that are declined, by code.</summary>
    protected abstract string Declined(string code);

    /// <summary>A card with which the next call is carried out and not answered.</summary>
    protected abstract string AnswerIsLost();

    /// <summary>A card with which the next call has no effect and is not answered.</summary>
    protected abstract string RequestIsLost();

    /// <summary>The amounts that were taken for a ride.</summary>
    protected abstract Task<IReadOnlyList<decimal>> Taken(string ride);

    private protected abstract Task<MoneyLab> Open();

    public async ValueTask InitializeAsync() => Lab = await Open();

    public virtual async ValueTask DisposeAsync()
    {
        await Lab.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    string Key(string key) => $"ride/{_ride}/{key}";

    ChargeRequest Request(string key, string? card = null, decimal amount = 12.40m) =>
        new(Key(key), _ride, Samples.Euro(amount), card ?? Pays);

    Task<ChargeResponse> Charge(string key, string? card = null, decimal amount = 12.40m) =>
        Gateway.Charge(Request(key, card, amount), MoneyLab.Stop);

    Task<ChargeResponse> Authorize(string? card = null, decimal amount = 20m) =>
        Gateway.Authorize(Request("authorize/1", card, amount), MoneyLab.Stop);

    Task<ChargeResponse> Capture(string key, string? card = null, decimal amount = 12.40m) =>
        Gateway.Capture(Request(key, card, amount), Key("authorize/1"), MoneyLab.Stop);

    Task<ChargeResponse?> Find(string key) => Gateway.Find(Key(key), MoneyLab.Stop);

    Task<ChargeResponse> Refund(string key, decimal amount) =>
        Gateway.Refund(new RefundRequest(Key(key), _ride, Key("charge/1"), Samples.Euro(amount)), MoneyLab.Stop);

    [Fact]
    public async Task A_charge_takes_the_amount_once_under_one_key()
    {
        (await Find("charge/1")).ShouldBeNull();
        for (var time = 0; time < 3; time++)
        {
            (await Charge("charge/1")).ShouldBe(ChargeResponse.Captured);
            (await Find("charge/1")).ShouldBe(ChargeResponse.Captured);
        }
        (await Taken(_ride)).ShouldBe([12.40m]);
    }

    [Theory]
    [InlineData("card_declined", false)]
    [InlineData("insufficient_funds", false)]
    [InlineData("expired_card", true)]
    [InlineData("stolen_card", true)]
    [InlineData("invalid_token", true)]
    public async Task A_decline_is_final_under_its_key_and_says_why(string code, bool isPermanent)
    {
        DeclineCodes.IsPermanent(code).ShouldBe(isPermanent);
        for (var time = 0; time < 2; time++)
        {
            (await Charge("charge/1", Declined(code))).ShouldBe(ChargeResponse.Declined(code));
            (await Find("charge/1")).ShouldBe(ChargeResponse.Declined(code));
        }
        (await Authorize(Declined(code))).ShouldBe(ChargeResponse.Declined(code));
        (await Charge("charge/2")).ShouldBe(ChargeResponse.Captured);
        (await Taken(_ride)).ShouldBe([12.40m]);
    }

    [Fact]
    public async Task A_charge_whose_answer_was_lost_is_found_and_not_repeated()
    {
        var card = AnswerIsLost();
        (await Charge("charge/1", card)).Outcome.ShouldBe(ChargeOutcome.Unknown);
        (await Find("charge/1")).ShouldBe(ChargeResponse.Captured);
        (await Charge("charge/1", card)).ShouldBe(ChargeResponse.Captured);
        (await Taken(_ride)).ShouldBe([12.40m]);
    }

    [Fact]
    public async Task A_charge_that_was_lost_is_carried_out_when_it_is_repeated()
    {
        var card = RequestIsLost();
        (await Charge("charge/1", card)).Outcome.ShouldBe(ChargeOutcome.Unknown);
        (await Find("charge/1")).ShouldBeNull();
        (await Taken(_ride)).ShouldBeEmpty();
        (await Charge("charge/1", card)).ShouldBe(ChargeResponse.Captured);
        (await Taken(_ride)).ShouldBe([12.40m]);
    }

    [Fact]
    public async Task Many_charges_at_once_under_one_key_take_the_amount_once()
    {
        var answers = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => Task.Run(() => Charge("charge/1"))));
        // A gateway may say that the call is in progress: then the outcome is asked for later.
        answers.ShouldAllBe(answer =>
            answer.Outcome == ChargeOutcome.Captured || answer.Outcome == ChargeOutcome.Unknown
        );
        (await Charge("charge/1")).ShouldBe(ChargeResponse.Captured);
        (await Taken(_ride)).ShouldBe([12.40m]);
    }

    [Fact]
    public async Task A_key_belongs_to_one_amount_and_one_card()
    {
        await Charge("charge/1");
        await Should.ThrowAsync<InvalidOperationException>(() => Charge("charge/1", amount: 12.41m));
        await Should.ThrowAsync<InvalidOperationException>(() => Charge("charge/1", PaysToo));
        (await Taken(_ride)).ShouldBe([12.40m]);
    }

    [Theory]
    [InlineData("paid", "Captured")]
    [InlineData("answer lost", "Captured")]
    [InlineData("request lost", "Declined")]
    [InlineData("declined", "Declined")]
    [InlineData("unknown", "Declined")]
    public async Task A_closed_key_has_an_outcome_that_stays(string before, string outcome)
    {
        var card = before switch
        {
            "answer lost" => AnswerIsLost(),
            "request lost" => RequestIsLost(),
            "declined" => Declined("insufficient_funds"),
            _ => Pays,
        };
        if (before != "unknown")
            await Charge("charge/1", card);
        var request = Request("charge/1", card);
        var closed = await Gateway.Close(request, MoneyLab.Stop);
        closed.Outcome.ToString().ShouldBe(outcome);
        (await Gateway.Charge(request, MoneyLab.Stop)).ShouldBe(closed);
        (await Gateway.Close(request, MoneyLab.Stop)).ShouldBe(closed);
        (await Find("charge/1")).ShouldBe(closed);
        (await Taken(_ride)).Count.ShouldBe(outcome == "Captured" ? 1 : 0);
    }

    [Fact]
    public async Task A_charge_and_a_close_at_once_agree()
    {
        for (var round = 0; round < 10; round++)
        {
            var request = Request($"charge/{round}", RequestIsLost());
            await Gateway.Charge(request, MoneyLab.Stop);
            await Task.WhenAll(
                Task.Run(() => Gateway.Charge(request, MoneyLab.Stop)),
                Task.Run(() => Gateway.Close(request, MoneyLab.Stop))
            );
            var closed = await Gateway.Close(request, MoneyLab.Stop);
            closed.Outcome.ShouldNotBe(ChargeOutcome.Unknown);
            (await Gateway.Charge(request, MoneyLab.Stop)).ShouldBe(closed);
        }
    }

    [Fact]
    public async Task An_authorization_takes_nothing_until_it_is_captured_and_then_at_most_its_amount()
    {
        (await Authorize()).ShouldBe(ChargeResponse.Authorized);
        (await Authorize()).ShouldBe(ChargeResponse.Authorized);
        (await Taken(_ride)).ShouldBeEmpty();
        (await Capture("charge/1", amount: 20.01m)).ShouldBe(ChargeResponse.Declined(ChargeResponse.AuthorizationGone));
        for (var time = 0; time < 2; time++)
            (await Capture("charge/2")).ShouldBe(ChargeResponse.Captured);
        (await Find("charge/2")).ShouldBe(ChargeResponse.Captured);
        (await Capture("charge/3")).ShouldBe(ChargeResponse.Declined(ChargeResponse.AuthorizationGone));
        (await Gateway.Void(Request("authorize/1", amount: 20m), MoneyLab.Stop)).ShouldBe(ChargeResponse.Captured);
        (await Taken(_ride)).ShouldBe([12.40m]);
    }

    [Fact]
    public async Task A_capture_whose_answer_was_lost_is_found()
    {
        var card = AnswerIsLost();
        if ((await Authorize(card)).Outcome == ChargeOutcome.Unknown)
            (await Authorize(card)).ShouldBe(ChargeResponse.Authorized);
        AnswerIsLost();
        (await Capture("charge/1", card)).Outcome.ShouldBe(ChargeOutcome.Unknown);
        (await Find("charge/1")).ShouldBe(ChargeResponse.Captured);
        (await Capture("charge/1", card)).ShouldBe(ChargeResponse.Captured);
        (await Taken(_ride)).ShouldBe([12.40m]);
    }

    [Fact]
    public async Task Many_captures_at_once_take_the_amount_once()
    {
        await Authorize();
        await Task.WhenAll(Enumerable.Range(0, 10).Select(_ => Task.Run(() => Capture("charge/1"))));
        (await Capture("charge/1")).ShouldBe(ChargeResponse.Captured);
        (await Taken(_ride)).ShouldBe([12.40m]);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_released_authorization_cannot_be_captured_or_requested_again(bool wasRequested)
    {
        if (wasRequested)
            await Authorize();
        var released = await Gateway.Void(Request("authorize/1", amount: 20m), MoneyLab.Stop);
        released.Outcome.ShouldBe(ChargeOutcome.Declined);
        (await Capture("charge/1")).ShouldBe(ChargeResponse.Declined(ChargeResponse.AuthorizationGone));
        (await Authorize()).Outcome.ShouldBe(ChargeOutcome.Declined);
        (await Gateway.Void(Request("authorize/1", amount: 20m), MoneyLab.Stop)).ShouldBe(released);
        (await Taken(_ride)).ShouldBeEmpty();
    }

    [Fact]
    public async Task An_authorization_expires_after_a_week()
    {
        await Authorize();
        Lab.Clock.Advance(TimeSpan.FromDays(8));
        (await Capture("charge/1")).ShouldBe(ChargeResponse.Declined(ChargeResponse.AuthorizationGone));
        (await Charge("charge/2")).ShouldBe(ChargeResponse.Captured);
        (await Taken(_ride)).ShouldBe([12.40m]);
    }

    [Fact]
    public async Task Refunds_return_at_most_the_amount_and_each_key_once()
    {
        (await Refund("refund/1", 2m)).ShouldBe(ChargeResponse.Declined("charge_not_captured"));
        await Charge("charge/1");
        for (var time = 0; time < 2; time++)
            (await Refund("refund/2", 2m)).ShouldBe(ChargeResponse.Refunded);
        (await Refund("refund/3", 10.41m)).ShouldBe(ChargeResponse.Declined("refund_exceeds_charge"));
        (await Refund("refund/4", 10.40m)).ShouldBe(ChargeResponse.Refunded);
        await Should.ThrowAsync<InvalidOperationException>(() => Refund("refund/4", 10.39m));
        (await Refund("refund/5", 0.01m)).ShouldBe(ChargeResponse.Declined("refund_exceeds_charge"));
    }

    [Fact]
    public async Task Saves_a_card_and_charges_it()
    {
        var saved = await Gateway.Save(Pays, "rider-1", MoneyLab.Stop);
        saved.ShouldNotBeNull().Details.ShouldBe(new CardDetails("visa", "4242"));
        (await Gateway.Save(Declined("invalid_token"), "rider-1", MoneyLab.Stop)).ShouldBeNull();
        (await Charge("charge/1", saved.Token)).ShouldBe(ChargeResponse.Captured);
        (await Charge("charge/2", saved.Token)).ShouldBe(ChargeResponse.Captured);
        (await Taken(_ride)).ShouldBe([12.40m, 12.40m]);
    }
}
