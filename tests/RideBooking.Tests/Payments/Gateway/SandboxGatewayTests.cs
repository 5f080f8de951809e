using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using RideBooking.Payments.Gateway;
using RideBooking.TestKit.Contracts;

namespace RideBooking.Tests.Payments.Gateway;

public sealed class SandboxGatewayTests : IAsyncLifetime
{
    MoneyLab _lab = null!;

    IPaymentGateway Gateway => _lab.Services.GetRequiredService<IPaymentGateway>();

    public async ValueTask InitializeAsync() => _lab = await MoneyLab.Open();

    public ValueTask DisposeAsync() => _lab.DisposeAsync();

    Task<ChargeResponse> Charge(string key, string token, string reference = "ride", decimal amount = 12.40m) =>
        Gateway.Charge(new ChargeRequest(key, reference, Samples.Euro(amount), token), MoneyLab.Stop);

    [Theory]
    [InlineData("tok_visa", null)]
    [InlineData("tok_mastercard", null)]
    [InlineData("tok_declined", "card_declined")]
    [InlineData("tok_insufficient_funds", "insufficient_funds")]
    [InlineData("tok_never_heard_of", "invalid_token")]
    public async Task Answers_by_token_and_the_same_to_the_same_key(string token, string? code)
    {
        var answer = code is null ? ChargeResponse.Captured : ChargeResponse.Declined(code);
        (await Gateway.Find("k", MoneyLab.Stop)).ShouldBeNull();
        (await Charge("k", token)).ShouldBe(answer);
        (await Charge("k", token)).ShouldBe(answer);
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
        (await Charge("k", "tok_timeout")).ShouldBe(ChargeResponse.Unknown("gateway_timeout"));
        (await Gateway.Find("k", MoneyLab.Stop)).ShouldBe(ChargeResponse.Captured);
        (await Charge("k", "tok_timeout")).ShouldBe(ChargeResponse.Captured);
    }

    [Fact]
    public async Task Times_out_without_taking_the_money_and_takes_it_when_asked_again()
    {
        (await Charge("k", "tok_timeout_lost")).ShouldBe(ChargeResponse.Unknown("gateway_timeout"));
        (await Gateway.Find("k", MoneyLab.Stop)).ShouldBeNull();
        var answers = await Task.WhenAll(
            Enumerable.Range(0, 8).Select(_ => Task.Run(() => Charge("k", "tok_timeout_lost")))
        );
        answers.ShouldAllBe(answer => answer.Outcome == ChargeOutcome.Captured);
        (await Gateway.Find("k", MoneyLab.Stop)).ShouldBe(ChargeResponse.Captured);
    }

    [Theory]
    [InlineData("tok_visa", "Captured")]
    [InlineData("tok_timeout", "Captured")]
    [InlineData("tok_timeout_lost", "Declined")]
    [InlineData("tok_declined", "Declined")]
    [InlineData(null, "Declined")]
    public async Task Closes_a_key_and_returns_its_outcome(string? asked, string outcome)
    {
        if (asked is not null)
            await Charge("k", asked);
        var request = new ChargeRequest("k", "ride", Samples.Euro(12.40m), asked ?? "tok_visa");
        var closed = await Gateway.Close(request, MoneyLab.Stop);
        closed.Outcome.ToString().ShouldBe(outcome);
        (await Gateway.Charge(request, MoneyLab.Stop)).ShouldBe(closed);
        (await Gateway.Close(request, MoneyLab.Stop)).ShouldBe(closed);
    }

    [Fact]
    public async Task Fails_when_its_ledger_cannot_be_written_instead_of_retrying_endlessly()
    {
        await _lab.In(db =>
            db.Database.ExecuteSqlRawAsync(
                "CREATE TRIGGER full BEFORE INSERT ON payments_sandbox_ledger BEGIN SELECT RAISE(ABORT, 'full'); END",
                MoneyLab.Stop
            )
        );
        var request = new ChargeRequest("k", "ride", Samples.Euro(1m), "tok_visa");
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(MoneyLab.Stop);
        limit.CancelAfter(WaitFor.Limit);

        await Should.ThrowAsync<DbUpdateException>(() => Gateway.Close(request, limit.Token));
        await Should.ThrowAsync<DbUpdateException>(() => Gateway.Charge(request, limit.Token));
    }

    [Fact]
    public async Task Takes_the_money_or_closes_the_key_and_never_both()
    {
        for (var round = 0; round < 10; round++)
        {
            var request = new ChargeRequest($"k{round}", "ride", Samples.Euro(1m), "tok_timeout_lost");
            await Gateway.Charge(request, MoneyLab.Stop);
            var answers = await Task.WhenAll(
                Task.Run(() => Gateway.Charge(request, MoneyLab.Stop)),
                Task.Run(() => Gateway.Close(request, MoneyLab.Stop))
            );
            answers[0].ShouldBe(answers[1]);
        }
    }
}
