using RideBooking.Contracts;

namespace RideBooking.TestKit.Contracts;

/// <summary>The events of one ride, for consumers to handle.</summary>
internal sealed class RideOf(string rider = "rider-1", string driver = "driver-anna")
{
    public static readonly DateTimeOffset T0 = new(2026, 1, 10, 10, 30, 0, TimeSpan.Zero);
    public static readonly Money Fare = Samples.Euro(12.40m);

    public Guid RideId { get; init; } = Guid.CreateVersion7();

    public Guid OfferId { get; init; } = Guid.CreateVersion7();

    public Guid PaymentId { get; } = Guid.CreateVersion7();

    /// <summary>The time of the request; each later event follows a minute after the previous one.</summary>
    public DateTimeOffset Start { get; init; } = T0;

    public RideRequested Requested =>
        Events.RideRequested(RideId, After(0), rider, quotedFare: Fare, quotedDistanceMeters: 6100);

    public DriverOffered Offered =>
        new(
            RideId,
            rider,
            OfferId,
            driver,
            Samples.Alexanderplatz,
            Samples.Zoo,
            Fare,
            240,
            After(1).AddSeconds(20),
            After(1)
        );

    public OfferDeclined Declined => new(RideId, OfferId, driver, "lunch", After(2));

    public OfferExpired Expired => new(RideId, OfferId, driver, "timeout", After(2));

    public DriverAssigned Assigned => Events.DriverAssigned(RideId, After(2), rider, driver, OfferId, "Anna");

    public DriverUnassigned Released => Events.DriverUnassigned(RideId, After(3), rider, driver, OfferId);

    public NoDriverFound NotServed => new(RideId, rider, 180, After(3));

    public DriverArrived Arrived => new(RideId, rider, driver, After(3), After(5));

    public RideStarted Started => new(RideId, rider, driver, After(4), 60);

    public RideCompleted Completed =>
        Events.RideCompleted(
            RideId,
            After(5),
            rider,
            driver,
            Fare,
            quotedDistanceMeters: 6100,
            durationSeconds: 60,
            waitSeconds: 60
        );

    public RideCancelled Cancelled =>
        Events.RideCancelled(RideId, After(5), rider, driver, OfferId, sinceAssignedSeconds: 60);

    /// <summary>A change to the Gendarmenmarkt, for 9.90 euros.</summary>
    public DestinationChanged Redirected(int number = 1, IReadOnlyList<Place>? stops = null) =>
        new(
            RideId,
            rider,
            driver,
            number,
            Samples.Gendarmenmarkt,
            stops,
            Guid.CreateVersion7(),
            Samples.Euro(9.90m),
            2400,
            new TripTerms(City: null, 100, Samples.Euro(9.90m), 2400, 500),
            After(4)
        );

    public FareFinalized Fared =>
        Events.FareFinalized(RideId, After(6), Fare, rider, driver, [new("upfrontFare", "Fare", Fare)]);

    public CancellationFeeAssessedV2 FeeOf(decimal amount) =>
        Events.CancellationFeeAssessed(RideId, After(6), Samples.Euro(amount), rider, driver);

    public PaymentCaptured Captured => new(RideId, rider, PaymentId, Fare, 1, After(7));

    public PaymentFailedV2 Failed =>
        new(
            RideId,
            rider,
            PaymentId,
            Fare,
            1,
            "card_declined",
            WillRetry: true,
            After(8),
            After(7),
            PaymentFailureKind.Declined
        );

    public BalanceOutstanding Owed => new(RideId, rider, Fare, After(8));

    public BalanceSettled Settled => new(RideId, rider, PaymentId, Fare, After(9));

    public ReceiptIssued Receipted => new(RideId, rider, Guid.CreateVersion7(), "R-2026-000001", Fare, After(10));

    DateTimeOffset After(int minutes) => Start.AddMinutes(minutes);
}
