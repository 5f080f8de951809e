using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using RideBooking.Contracts;
using RideBooking.Payments;
using RideBooking.Platform.Configuration;
using RideBooking.Tests.Payments.Gateway;

namespace RideBooking.Tests.Payments;

public sealed class When_messages_of_a_payment_are_lost
{
    static readonly TimeSpan s_overdue = TimeSpan.FromMinutes(16);

    [Fact]
    public async Task A_charge_that_the_broker_lost_is_requested_again_once_by_the_first_sweep()
    {
        await using var lab = await MoneyLab.Open();
        var ride = new SomeRide();
        await lab.Deliver(ride.Quoted());
        await lab.Deliver((await lab.TakeOutbox()).Single());
        (await lab.TakeOutbox()).ShouldHaveSingleItem().ShouldBeOfType<ChargeCard>(); // and never delivered

        (await Resume(lab)).ShouldBe(0);
        lab.Clock.Advance(s_overdue);
        (await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(() => Resume(lab))))).Sum().ShouldBe(1);
        await lab.Settle();

        lab.SentOf<PaymentCaptured>().Count.ShouldBe(1);
        (await lab.Ledger(ride.RideId)).Count.ShouldBe(1);
        lab.Clock.Advance(s_overdue);
        (await Resume(lab)).ShouldBe(0);
    }

    [Fact]
    public async Task A_charge_lost_with_a_host_whose_clock_was_an_hour_ahead_is_requested_again()
    {
        await using var lab = await MoneyLab.Open();
        var ride = new SomeRide();
        await lab.Deliver(ride.Quoted());
        await lab.Deliver((await lab.TakeOutbox()).Single());
        (await lab.TakeOutbox()).ShouldHaveSingleItem().ShouldBeOfType<ChargeCard>(); // and never delivered
        var anHourAhead = lab.Clock.GetUtcNow().AddHours(1);
        await lab.In(db =>
            db.Set<Payment>().ExecuteUpdateAsync(set => set.SetProperty(p => p.ChangedAt, anHourAhead), MoneyLab.Stop)
        );

        (await Resume(lab)).ShouldBe(1);
        (await Resume(lab)).ShouldBe(0);
        await lab.Settle();
        lab.SentOf<PaymentCaptured>().Count.ShouldBe(1);
    }

    [Fact]
    public async Task An_answer_of_the_gateway_that_the_broker_lost_is_recovered()
    {
        await using var lab = await MoneyLab.Open();
        var ride = new SomeRide();
        await lab.Deliver(ride.Quoted());
        await lab.Deliver((await lab.TakeOutbox()).Single());
        await lab.Deliver((await lab.TakeOutbox()).Single());
        (await lab.TakeOutbox()).ShouldHaveSingleItem().ShouldBeOfType<ChargeSucceeded>(); // and never delivered

        lab.Clock.Advance(s_overdue);
        (await Resume(lab)).ShouldBe(1);
        await lab.Settle();
        lab.SentOf<PaymentCaptured>().Count.ShouldBe(1);
        (await lab.Ledger(ride.RideId)).Count.ShouldBe(1);
    }

    [Fact]
    public async Task A_lost_timer_fires_late()
    {
        await using var lab = await MoneyLab.Open(("Payments:DefaultToken", "tok_declined_once"));
        var ride = new SomeRide();
        await lab.DeliverAndSettle(ride.Quoted());
        lab.Clock.Advance(TimeSpan.FromMinutes(16)); // overdue after one minute and a quarter of an hour
        (await Resume(lab)).ShouldBe(0);
        lab.Clock.Advance(TimeSpan.FromMinutes(1));
        (await Resume(lab)).ShouldBe(1);
        await lab.Settle();
        lab.SentOf<PaymentCaptured>().ShouldHaveSingleItem().Attempt.ShouldBe(2);
    }

    [Fact]
    public void An_unusable_default_token_stops_the_start()
    {
        var configuration = new ConfigurationBuilder()
            .AddInMemoryCollection(new Dictionary<string, string?> { ["Payments:DefaultToken"] = "tok_nonsense" })
            .Build();
        Should
            .Throw<ConfigurationException>(() =>
                new PaymentsModule().AddServices(new ServiceCollection(), configuration)
            )
            .Message.ShouldContain("Payments:DefaultToken");
    }

    static Task<int> Resume(MoneyLab lab) => lab.Services.GetRequiredService<ResumePayments>().Resume(MoneyLab.Stop);
}
