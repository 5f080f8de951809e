using Microsoft.EntityFrameworkCore;
using RideBooking.Billing;
using RideBooking.Contracts;
using RideBooking.Payments;
using RideBooking.Platform.Messaging;
using RideBooking.Platform.Messaging.Failures;
using RideBooking.TestKit.Contracts;
using RideBooking.Tests.Payments;
using RideBooking.Tests.Payments.Gateway;

namespace RideBooking.Tests.Billing;

/// <summary>A ride is billed and charged only if it was requested, and only as requested.</summary>
public sealed class When_a_ride_is_not_known : IAsyncLifetime
{
    readonly SomeRide _ride = new();
    MoneyLab _lab = null!;

    public async ValueTask InitializeAsync() => _lab = await MoneyLab.Open();

    public ValueTask DisposeAsync() => _lab.DisposeAsync();

    FareFinalized Fare(decimal total = 12.40m) =>
        Events.FareFinalized(_ride.RideId, SomeRide.At, Samples.Euro(total), _ride.RiderId);

    CancellationFeeAssessedV2 Fee(decimal amount = 5m) =>
        Events.CancellationFeeAssessed(_ride.RideId, SomeRide.At, Samples.Euro(amount), _ride.RiderId);

    [Fact]
    public async Task It_is_neither_billed_nor_charged_until_its_request_comes()
    {
        _lab.RecordsRequests = false;
        await Should.ThrowAsync<InvalidOperationException>(() => _lab.Deliver(_ride.Completed));
        await Should.ThrowAsync<InvalidOperationException>(() => _lab.Deliver(_ride.Cancelled));
        await Should.ThrowAsync<Exception>(() => _lab.Deliver(Fare()));
        await Should.ThrowAsync<Exception>(() => _lab.Deliver(Fee()));
        await _lab.Settle();
        (await _lab.In(db => db.Set<Invoice>().CountAsync(MoneyLab.Stop))).ShouldBe(0);
        (await _lab.In(db => db.Set<Payment>().CountAsync(MoneyLab.Stop))).ShouldBe(0);
        (await _lab.Ledger(_ride.RideId)).ShouldBeEmpty();

        // The message is then redelivered.
        await _lab.Deliver(_ride.Requested);
        await _lab.DeliverAndSettle(_ride.Completed);
        _lab.SentOf<PaymentCaptured>().Count.ShouldBe(1);
    }

    [Fact]
    public async Task It_is_billed_at_once_when_its_request_is_in_the_log_and_waits_in_another_queue()
    {
        _lab.RecordsRequests = false;
        await _lab.Log(_ride.Requested);

        await Should.ThrowAsync<UnacceptableMessageException>(() =>
            _lab.Deliver(_ride.Cancelled with { RiderId = "rider-2" })
        );
        await _lab.Deliver(_ride.Cancelled);

        (await _lab.In(db => db.Set<Invoice>().CountAsync(MoneyLab.Stop))).ShouldBe(1);
    }

    [Fact]
    public async Task An_event_that_differs_from_the_request_is_rejected_at_once()
    {
        _lab.RecordsRequests = false;
        await _lab.Deliver(_ride.Requested);
        RideCompleted[] wrong =
        [
            _ride.Completed with
            {
                RiderId = "rider-2",
            },
            _ride.Completed with
            {
                VehicleClass = "xl",
            },
            _ride.Quoted(99m),
        ];
        foreach (var completed in wrong)
            await Should.ThrowAsync<UnacceptableMessageException>(() => _lab.Deliver(completed));
        await Should.ThrowAsync<UnacceptableMessageException>(() =>
            _lab.Deliver(_ride.Cancelled with { RiderId = "rider-2" })
        );
        (await _lab.Ledger(_ride.RideId)).ShouldBeEmpty();
    }

    [Fact]
    public async Task Another_end_or_price_of_a_ride_that_was_billed_is_rejected()
    {
        await _lab.DeliverAndSettle(_ride.Completed);
        await Should.ThrowAsync<UnacceptableMessageException>(() =>
            _lab.Deliver(_ride.Completed with { DistanceMeters = 20_000 })
        );
        await Should.ThrowAsync<UnacceptableMessageException>(() => _lab.Deliver(_ride.Cancelled));
        await _lab.DeliverAndSettle(_ride.Completed);
        (await _lab.Ledger(_ride.RideId)).Count.ShouldBe(1);
    }

    [Fact]
    public async Task Another_fare_of_a_ride_that_is_being_paid_is_rejected()
    {
        await _lab.Deliver(_ride.Requested);
        await Fails(Fare() with { RiderId = "rider-2" });
        await Fails(Fare() with { Lines = [new("base", "Base", Samples.Euro(1m))] });
        await Fails(Fare(1.001m));
        await _lab.Deliver(Fare());
        await Fails(Fare(13m));
        await Fails(Fee());
        await _lab.Deliver(Fare());
        (await _lab.Payment(_ride.RideId)).Due.ShouldBe(Samples.Euro(12.40m));
    }

    async Task Fails(object message)
    {
        var failed = await Should.ThrowAsync<Exception>(() => _lab.Deliver(message));
        FailurePolicy.IsPermanent(failed).ShouldBeTrue(failed.ToString());
    }
}
