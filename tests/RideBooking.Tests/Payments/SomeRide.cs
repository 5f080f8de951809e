using RideBooking.Contracts;
using RideBooking.TestKit.Contracts;

namespace RideBooking.Tests.Payments;

/// <summary>The events of one ride that lead to payments.</summary>
internal sealed record SomeRide
{
    public static readonly DateTimeOffset At = new(2026, 1, 10, 12, 0, 0, TimeSpan.Zero);

    public Guid RideId { get; } = Guid.CreateVersion7();

    public string RiderId { get; init; } = "rider-1";

    public Guid? PaymentMethodId { get; init; }

    public RideRequestedV2 Requested =>
        RideRequestedV2.Upcast(Events.RideRequested(RideId, At, RiderId, paymentMethodId: PaymentMethodId));

    /// <summary>The start, on a Saturday at noon, outside every peak.</summary>
    public RideCompleted Completed =>
        Events.RideCompleted(
            RideId,
            At.AddSeconds(900),
            RiderId,
            paymentMethodId: PaymentMethodId,
            distanceMeters: 6000,
            waitSeconds: 60
        );

    public RideCompleted Quoted(decimal fare = 12.40m, int meters = 6000) =>
        Completed with
        {
            QuoteId = Guid.CreateVersion7(),
            QuotedFare = Samples.Euro(fare),
            QuotedDistanceMeters = meters,
        };

    /// <summary>A late cancellation by the rider.</summary>
    public RideCancelled Cancelled =>
        Events.RideCancelled(
            RideId,
            At,
            RiderId,
            "driver-1",
            Guid.CreateVersion7(),
            paymentMethodId: PaymentMethodId,
            sinceAssignedSeconds: 121
        );
}
