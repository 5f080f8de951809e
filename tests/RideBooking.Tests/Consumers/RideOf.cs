using RideBooking.Contracts;

namespace RideBooking.Tests.Consumers;

/// <summary>The events of one ride, for consumers to be told of.</summary>
internal sealed class RideOf(string rider = "rider-1", string driver = "driver-anna")
{
    public static readonly DateTimeOffset T0 = new(2026, 1, 10, 10, 30, 0, TimeSpan.Zero);
    static readonly Place s_pickup = new(52.5219, 13.4132, "Alexanderplatz");
    static readonly Place s_dropoff = new(52.5072, 13.3325);
    static readonly Vehicle s_vehicle = new("standard", "B-RB 1", "Testarossa");
    public static readonly Money Fare = new(12.40m, "EUR");

    public Guid RideId { get; init; } = Guid.CreateVersion7();

    public Guid OfferId { get; init; } = Guid.CreateVersion7();

    public Guid PaymentId { get; } = Guid.CreateVersion7();

    /// <summary>When the ride is requested; each later event follows a minute after the one before.</summary>
    public DateTimeOffset Start { get; init; } = T0;

    public RideRequested Requested =>
        new(RideId, rider, s_pickup, s_dropoff, "standard", null, Fare, 6100, null, After(0));

    public DriverOffered Offered =>
        new(RideId, rider, OfferId, driver, s_pickup, s_dropoff, Fare, 240, After(1).AddSeconds(20), After(1));

    public OfferDeclined Declined => new(RideId, OfferId, driver, "lunch", After(2));

    public OfferExpired Expired => new(RideId, OfferId, driver, "timeout", After(2));

    public DriverAssigned Assigned => new(RideId, rider, OfferId, driver, "Anna", s_vehicle, 240, 1, After(2));

    public DriverUnassigned Released =>
        new(RideId, rider, driver, OfferId, "driver", "flat tyre", SearchAgain: true, After(3));

    public NoDriverFound NotServed => new(RideId, rider, 180, After(3));

    public DriverArrived Arrived => new(RideId, rider, driver, After(3), After(5));

    public RideStarted Started => new(RideId, rider, driver, After(4), 60);

    public RideCompleted Completed =>
        new(
            RideId,
            rider,
            driver,
            s_pickup,
            s_dropoff,
            "standard",
            null,
            Fare,
            6100,
            null,
            6100,
            600,
            60,
            120,
            null,
            After(4),
            After(5)
        );

    public RideCancelled Cancelled =>
        new(
            RideId,
            rider,
            "rider",
            "driverAssigned",
            "changed my mind",
            driver,
            OfferId,
            "standard",
            null,
            60,
            120,
            After(5)
        );

    public FareFinalized Fared =>
        new(
            RideId,
            rider,
            driver,
            Guid.CreateVersion7(),
            [new("upfrontFare", "Fare", Fare)],
            Fare,
            "2026-1",
            null,
            After(6)
        );

    public CancellationFeeAssessed FeeOf(decimal amount) =>
        new(RideId, rider, driver, null, new Money(amount, "EUR"), null, "2026-1", null, After(6));

    public PaymentCaptured Captured => new(RideId, rider, PaymentId, Fare, 1, After(7));

    public PaymentFailed Failed =>
        new(RideId, rider, PaymentId, Fare, 1, "card_declined", WillRetry: true, After(8), After(7));

    public BalanceOutstanding Owed => new(RideId, rider, Fare, After(8));

    public BalanceSettled Settled => new(RideId, rider, PaymentId, Fare, After(9));

    public ReceiptIssued Receipted => new(RideId, rider, Guid.CreateVersion7(), "R-2026-000001", Fare, After(10));

    DateTimeOffset After(int minutes) => Start.AddMinutes(minutes);
}
