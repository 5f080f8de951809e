using RideBooking.Contracts;

namespace RideBooking.Tests.Payments;

/// <summary>The events of one ride that money follows from.</summary>
internal sealed record SomeRide
{
    public static readonly DateTimeOffset At = new(2026, 1, 10, 12, 0, 0, TimeSpan.Zero);
    public static readonly Place Alexanderplatz = new(52.5219, 13.4132, "Alexanderplatz");
    public static readonly Place Zoo = new(52.5072, 13.3325);

    public Guid RideId { get; } = Guid.CreateVersion7();

    public string RiderId { get; init; } = "rider-1";

    public Guid? PaymentMethodId { get; init; }

    public RideRequested Requested =>
        new(RideId, RiderId, Alexanderplatz, Zoo, "standard", null, null, null, PaymentMethodId, At);

    /// <summary>On a Saturday at noon, outside every peak.</summary>
    public RideCompleted Completed =>
        new(
            RideId,
            RiderId,
            "driver-1",
            Alexanderplatz,
            Zoo,
            "standard",
            QuoteId: null,
            QuotedFare: null,
            QuotedDistanceMeters: null,
            PaymentMethodId,
            DistanceMeters: 6000,
            DurationSeconds: 900,
            WaitSeconds: 60,
            FreeWaitSeconds: 120,
            Tolls: null,
            StartedAt: At,
            At: At.AddSeconds(900)
        );

    public RideCompleted Quoted(decimal fare = 12.40m, int meters = 6000) =>
        Completed with
        {
            QuoteId = Guid.CreateVersion7(),
            QuotedFare = Euro(fare),
            QuotedDistanceMeters = meters,
        };

    /// <summary>By the rider, too late.</summary>
    public RideCancelled Cancelled =>
        new(
            RideId,
            RiderId,
            "rider",
            "driverAssigned",
            "changed my mind",
            "driver-1",
            Guid.CreateVersion7(),
            "standard",
            PaymentMethodId,
            SinceAssignedSeconds: 121,
            FreeCancellationSeconds: 120,
            At
        );

    public static Money Euro(decimal amount) => new(amount, "EUR");
}
