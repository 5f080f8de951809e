using MassTransit.EntityFrameworkCoreIntegration;
using Microsoft.EntityFrameworkCore;
using RideBooking.Contracts;
using RideBooking.Payments;
using RideBooking.Payments.Balance;
using RideBooking.Payments.Gateway;
using RideBooking.TestKit.Contracts;
using RideBooking.Tests.Payments.Gateway;

namespace RideBooking.Tests.Payments;

/// <summary>
/// Duplicates arrive concurrently, or after their inbox entries were deleted, on a real database.
/// <see cref="When_every_order_of_a_payment_is_explored"/> tests how the state machine handles them one by one in every order.
/// </summary>
public sealed class When_messages_of_a_payment_come_again
{
    static readonly TimeSpan s_minute = TimeSpan.FromMinutes(1);
    static readonly (string, string) s_delays = ("Payments:RetryDelays", "00:01:00,00:10:00");

    static (string, string) Token(string token) => ("Payments:DefaultToken", token);

    [Fact]
    public async Task Capture_nothing_more_a_week_later()
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
        var before = (lab.SentOf<object>().Count, (await lab.Ledger(ride.RideId)).Count);
        (await lab.Payment(ride.RideId)).Status.ShouldBe("Captured");

        lab.Clock.Advance(TimeSpan.FromDays(7));
        await lab.In(db => db.Set<InboxState>().ExecuteDeleteAsync(MoneyLab.Stop));
        foreach (var message in heard)
            await lab.Deliver(message);

        (await lab.TakeOutbox()).ShouldBeEmpty();
        (lab.SentOf<object>().Count, (await lab.Ledger(ride.RideId)).Count).ShouldBe(before);

        async Task Drain()
        {
            while (await lab.TakeOutbox() is { Count: > 0 } messages)
                foreach (var message in messages)
                {
                    heard.Add(message);
                    await lab.Deliver(message);
                }
        }
    }

    [Theory]
    [InlineData("tok_visa", 6)]
    [InlineData("tok_declined_once", 7)]
    [InlineData("tok_timeout", 8)]
    [InlineData("tok_timeout_lost", 9)]
    [InlineData("tok_unavailable", 10)]
    public async Task Capture_at_most_once_and_leave_nothing_reserved_with_an_authorization(string token, int seed)
    {
        await using var lab = await MoneyLab.Open(s_delays, Token(token));
        lab.RecordsRequests = false;
        var random = new Random(seed);
        var ride = new SomeRide();
        await lab.Deliver(ride.Requested with { QuotedFare = Samples.Euro(30m) });
        List<object> all =
        [
            Events.DriverAssigned(ride.RideId, SomeRide.At, ride.RiderId),
            Events.FareFinalized(ride.RideId, SomeRide.At, Samples.Euro(12.4m), ride.RiderId),
        ];
        for (var round = 0; round < 12; round++)
        {
            // All messages ever sent arrive again, several copies at once, in random order.
            var storm = all.SelectMany(message => Enumerable.Repeat(message, random.Next(1, 3))).ToArray();
            random.Shuffle(storm);
            await Task.WhenAll(storm.Take(12).Select(message => Task.Run(() => lab.Deliver(message))));
            all.AddRange(
                (await lab.TakeOutbox()).Where(message =>
                    message is not (PaymentCaptured or PaymentFailed) && !all.Contains(message)
                )
            );
            lab.Clock.Advance(s_minute);
            all.AddRange(
                Enumerable.Range(0, 4).Select(attempt => (object)new RetryDue(ride.RideId, attempt)).Except(all)
            );
        }
        while (await lab.TakeOutbox() is { Count: > 0 } rest)
            foreach (var message in rest.Where(message => message is not PaymentCaptured))
                await lab.Deliver(message);

        var payment = await lab.Payment(ride.RideId);
        var entries = await lab.Ledger(ride.RideId);
        entries.Count(entry => entry.Outcome == SandboxCharge.Captured).ShouldBe(payment.Status == "Captured" ? 1 : 0);
        lab.SentOf<PaymentCaptured>().Distinct().Count().ShouldBeLessThanOrEqualTo(1);
        if (token is "tok_visa" or "tok_declined_once")
            payment.Status.ShouldBe("Captured");
        if (payment.Status == "Captured")
            entries.ShouldNotContain(entry => entry.Outcome == SandboxCharge.Authorized);
    }

    [Theory]
    [InlineData("tok_visa", 1)]
    [InlineData("tok_declined_once", 2)]
    [InlineData("tok_timeout", 3)]
    [InlineData("tok_timeout_lost", 4)]
    [InlineData("tok_declined", 5)]
    public async Task Capture_the_fare_at_most_once_for_any_duplicates_in_any_order(string token, int seed)
    {
        await using var lab = await MoneyLab.Open(s_delays, Token(token));
        var random = new Random(seed);
        var ride = new SomeRide();
        List<object> all = [ride.Quoted()];
        for (var round = 0; round < 12; round++)
        {
            // All messages ever sent arrive again, several copies at once, in random order.
            var storm = all.SelectMany(message => Enumerable.Repeat(message, random.Next(1, 3))).ToArray();
            random.Shuffle(storm);
            await Task.WhenAll(storm.Take(12).Select(message => Task.Run(() => lab.Deliver(message))));
            all.AddRange((await lab.TakeOutbox()).Where(message => !all.Contains(message)));
            lab.Clock.Advance(s_minute);
            if (random.Next(3) == 0)
                await lab.Send(new PayNow(ride.RideId, null));
            all.AddRange(
                Enumerable.Range(1, 3).Select(attempt => (object)new RetryDue(ride.RideId, attempt)).Except(all)
            );
        }
        await lab.Settle();

        var payment = await lab.Payment(ride.RideId);
        var captures = (await lab.Ledger(ride.RideId)).Count(entry => entry.Outcome == SandboxCharge.Captured);
        captures.ShouldBe(payment.Status == "Captured" ? 1 : 0);
        lab.SentOf<PaymentCaptured>().Distinct().Count().ShouldBe(captures);
        if (token != "tok_declined")
            payment.Status.ShouldBe("Captured");
    }
}
