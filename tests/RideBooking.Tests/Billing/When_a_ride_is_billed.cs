using MassTransit.EntityFrameworkCoreIntegration;
using Microsoft.EntityFrameworkCore;
using RideBooking.Billing;
using RideBooking.Contracts;
using RideBooking.Platform.Messaging;
using RideBooking.TestKit.Contracts;
using RideBooking.Tests.Payments;

namespace RideBooking.Tests.Billing;

public sealed class When_a_ride_is_billed : IAsyncLifetime
{
    MoneyLab _lab = null!;

    public async ValueTask InitializeAsync() => _lab = await MoneyLab.Open();

    public ValueTask DisposeAsync() => _lab.DisposeAsync();

    [Fact]
    public async Task Makes_a_fare_final_pays_it_and_issues_the_receipt()
    {
        var ride = new SomeRide();
        await _lab.DeliverAndSettle(ride.Completed);

        var fare = _lab.SentOf<FareFinalized>().ShouldHaveSingleItem();
        (fare.Total, fare.TariffVersion, fare.RiderId).ShouldBe((Samples.Euro(14.20m), "2026-01", "rider-1"));
        var receipt = _lab.SentOf<ReceiptIssued>().ShouldHaveSingleItem();
        (receipt.InvoiceId, receipt.Total).ShouldBe((fare.InvoiceId, fare.Total));
        receipt.Number.ShouldMatch("^RB-2026(-[0-9A-HJKMNP-TV-Z]{4}){3}$");
    }

    [Fact]
    public async Task Happens_exactly_once()
    {
        var ride = new SomeRide();
        await _lab.DeliverAndSettle(ride.Completed);
        var paid = _lab.SentOf<PaymentCaptured>().Single();
        var sent = _lab.SentOf<object>().Count;

        _lab.Clock.Advance(TimeSpan.FromDays(7));
        await _lab.In(db => db.Set<InboxState>().ExecuteDeleteAsync(MoneyLab.Stop));
        foreach (var again in new object[] { ride.Completed, paid })
            await _lab.DeliverAndSettle(again);
        _lab.SentOf<object>().Count.ShouldBe(sent);
    }

    [Fact]
    public async Task Happens_once_when_the_ride_completes_many_times_at_once()
    {
        var rides = Enumerable.Range(0, 5).Select(_ => new SomeRide()).ToArray();
        await Task.WhenAll(
            rides
                .SelectMany(ride => Enumerable.Repeat(ride, 5))
                .Select(ride => Task.Run(() => _lab.Deliver(ride.Completed)))
        );
        await _lab.TakeOutbox();
        _lab.SentOf<FareFinalized>()
            .Select(fare => fare.RideId)
            .ShouldBe(rides.Select(r => r.RideId), ignoreOrder: true);
        (await _lab.In(db => db.Set<Invoice>().CountAsync(MoneyLab.Stop))).ShouldBe(5);
    }

    [Fact]
    public async Task Assesses_the_fee_of_a_cancelled_ride_once_due_or_not()
    {
        var (late, inTime) = (new SomeRide(), new SomeRide());
        foreach (
            var cancelled in new[]
            {
                late.Cancelled,
                inTime.Cancelled with
                {
                    SinceAssignedSeconds = 1,
                },
                late.Cancelled,
            }
        )
            await _lab.Deliver(cancelled);
        await _lab.TakeOutbox();

        var assessed = _lab.SentOf<CancellationFeeAssessedV2>();
        assessed.Count.ShouldBe(2);
        var (due, waived) = (
            assessed.Single(fee => fee.RideId == late.RideId),
            assessed.Single(fee => fee.RideId == inTime.RideId)
        );
        (due.Amount, due.WaiverReason, due.InvoiceId is null).ShouldBe((Samples.Euro(5m), null, false));
        (waived.Amount, waived.WaiverReason, waived.InvoiceId).ShouldBe((Samples.Euro(0m), "withinFreePeriod", null));
    }

    [Theory]
    [InlineData(540, 5.0, null)]
    [InlineData(541, 0.0, "driverLate")]
    public async Task Waives_the_fee_for_a_driver_who_is_five_minutes_late(int since, double due, string? waived)
    {
        var ride = new SomeRide();
        var cancelled = ride.Cancelled with { SinceAssignedSeconds = since };
        // Estimated at 240 s; the offer of another driver does not count.
        await _lab.Log(Events.DriverAssigned(ride.RideId, SomeRide.At) with { EtaSeconds = 9000 });
        await _lab.Log(Events.DriverAssigned(ride.RideId, SomeRide.At, offerId: cancelled.OfferId));
        await _lab.Deliver(cancelled);
        await _lab.TakeOutbox();

        var assessed = _lab.SentOf<CancellationFeeAssessedV2>().Single();
        (assessed.Amount, assessed.WaiverReason).ShouldBe((Samples.Euro((decimal)due), waived));
    }

    [Fact]
    public async Task Does_not_accept_a_payment_of_an_unknown_ride_or_of_another_amount()
    {
        var ride = new SomeRide();
        var payment = new PaymentCaptured(
            ride.RideId,
            ride.RiderId,
            Guid.CreateVersion7(),
            Samples.Euro(1m),
            1,
            SomeRide.At
        );
        await Should.ThrowAsync<InvalidOperationException>(() => _lab.Deliver(payment));
        await _lab.Deliver(ride.Completed);
        await Should.ThrowAsync<UnacceptableMessageException>(() => _lab.Deliver(payment));
        await Should.ThrowAsync<UnacceptableMessageException>(() =>
            _lab.Deliver(payment with { Amount = Samples.Euro(14.20m), RiderId = "rider-2" })
        );
    }
}
