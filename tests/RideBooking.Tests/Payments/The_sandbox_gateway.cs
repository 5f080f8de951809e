using Microsoft.Extensions.DependencyInjection;
using RideBooking.Payments.Gateway;

namespace RideBooking.Tests.Payments;

public sealed class The_sandbox_gateway : IAsyncLifetime
{
    MoneyLab _lab = null!;

    IPaymentGateway Gateway => _lab.Services.GetRequiredService<IPaymentGateway>();

    public async ValueTask InitializeAsync() => _lab = await MoneyLab.Open();

    public ValueTask DisposeAsync() => _lab.DisposeAsync();

    Task<ChargeAnswer> Charge(string key, string token, string reference = "ride", decimal amount = 12.40m) =>
        Gateway.Charge(new ChargeRequest(key, reference, SomeRide.Euro(amount), token), MoneyLab.Stop);

    [Theory]
    [InlineData("tok_visa", null)]
    [InlineData("tok_mastercard", null)]
    [InlineData("tok_declined", "card_declined")]
    [InlineData("tok_insufficient_funds", "insufficient_funds")]
    [InlineData("tok_never_heard_of", "invalid_token")]
    public async Task Answers_by_token_and_the_same_to_the_same_key(string token, string? code)
    {
        var answer = code is null ? ChargeAnswer.Captured : ChargeAnswer.Declined(code);
        (await Gateway.Find("k", MoneyLab.Stop)).ShouldBeNull();
        (await Charge("k", token)).ShouldBe(answer);
        (await Charge("k", token)).ShouldBe(answer);
        (await Charge("k", "tok_visa")).ShouldBe(answer);
        (await Gateway.Find("k", MoneyLab.Stop)).ShouldBe(answer);
    }

    [Fact]
    public async Task Declines_once_per_ride()
    {
        (await Charge("a/1", "tok_declined_once", "a")).Outcome.ShouldBe(ChargeOutcome.Declined);
        (await Charge("a/1", "tok_declined_once", "a")).Outcome.ShouldBe(ChargeOutcome.Declined);
        (await Charge("a/2", "tok_declined_once", "a")).Outcome.ShouldBe(ChargeOutcome.Captured);
        (await Charge("b/1", "tok_declined_once", "b")).Outcome.ShouldBe(ChargeOutcome.Declined);
    }

    [Fact]
    public async Task Times_out_after_taking_the_money()
    {
        (await Charge("k", "tok_timeout")).ShouldBe(ChargeAnswer.Unknown("gateway_timeout"));
        (await Gateway.Find("k", MoneyLab.Stop)).ShouldBe(ChargeAnswer.Captured);
        (await Charge("k", "tok_timeout")).ShouldBe(ChargeAnswer.Captured);
    }

    [Fact]
    public async Task Times_out_without_taking_the_money_and_takes_it_when_asked_again()
    {
        (await Charge("k", "tok_timeout_lost")).ShouldBe(ChargeAnswer.Unknown("gateway_timeout"));
        (await Gateway.Find("k", MoneyLab.Stop)).ShouldBeNull();
        var answers = await Task.WhenAll(
            Enumerable.Range(0, 8).Select(_ => Task.Run(() => Charge("k", "tok_timeout_lost")))
        );
        answers.ShouldAllBe(answer => answer.Outcome == ChargeOutcome.Captured);
        (await Gateway.Find("k", MoneyLab.Stop)).ShouldBe(ChargeAnswer.Captured);
    }

    [Fact]
    public async Task Writes_one_entry_for_many_who_ask_under_one_key_at_once()
    {
        var ride = Guid.CreateVersion7();
        var answers = await Task.WhenAll(
            Enumerable.Range(0, 20).Select(_ => Task.Run(() => Charge("k", "tok_visa", ride.ToString())))
        );
        answers.ShouldAllBe(answer => answer.Outcome == ChargeOutcome.Captured);
        (await _lab.Ledger(ride)).Count.ShouldBe(1);
    }

    [Fact]
    public async Task Refuses_a_key_for_another_amount()
    {
        await Charge("k", "tok_visa");
        await Should.ThrowAsync<InvalidOperationException>(() => Charge("k", "tok_visa", amount: 12.41m));
    }
}
