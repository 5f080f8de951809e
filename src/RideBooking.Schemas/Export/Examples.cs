using RideBooking.Contracts;

namespace RideBooking.Schemas.Export;

/// <summary>The examples in the schemas: an evening in Berlin, in the order of its events.</summary>
internal static class Examples
{
    static readonly Guid s_ride = new("019ba71d-5e40-7c31-9a52-4f0d7be6c913");
    static readonly Guid s_shift = new("019ba6f1-2c80-7a0e-8d44-b1c6e93f5a27");
    static readonly Guid s_offer = new("019ba71d-7d80-7f62-b0c9-5e2a81d4f736");
    static readonly Guid s_quote = new("019ba71d-1a20-71d5-87e3-c04b9f6a2d58");
    static readonly Guid s_card = new("019b9c02-6f00-7b84-9e17-3d5fa2c8b046");
    static readonly Guid s_invoice = new("019ba72e-9b60-7d19-a6f8-720e4c3db195");
    static readonly Guid s_refund = new("019ba77f-2a40-7c8d-9b16-e54d03f7a182");
    static readonly Guid s_payment = new("019ba71d-6610-7e58-93ab-d86f1b25c470");

    const string Rider = "rider-4711";
    const string Driver = "driver-0815";
    const string Tariff = "berlin-2026-01";

    static readonly Place s_pickup = new(52.5219, 13.4132, "Alexanderplatz, Berlin");
    static readonly Place s_dropoff = new(52.5072, 13.3325, "Zoologischer Garten, Berlin");
    static readonly Place s_stop = new(52.5163, 13.3777, "Brandenburger Tor, Berlin");
    static readonly Vehicle s_vehicle = new("standard", "B-RB 2026", "Škoda Octavia");
    static readonly Money s_fare = Euro(18.40m);

    static readonly object[] s_events =
    [
        new DriverWentOnline(Driver, s_shift, "Anna", s_vehicle, new Place(52.5234, 13.4024), At("18:22:00")),
        new RideRequested(
            s_ride,
            Rider,
            s_pickup,
            s_dropoff,
            "standard",
            s_quote,
            s_fare,
            QuotedDistanceMeters: 6120,
            s_card,
            At("19:10:00")
        ),
        new RideRequestedV2(
            s_ride,
            Rider,
            s_pickup,
            s_dropoff,
            "standard",
            s_quote,
            s_fare,
            QuotedDistanceMeters: 6120,
            s_card,
            At("19:10:00"),
            new TripTerms("berlin", SurgePercent: 120, s_fare, DistanceMeters: 6120, DurationSeconds: 980),
            [s_stop],
            PickupAt: At("19:45:00")
        ),
        new RideSearchStarted(s_ride, Rider, PickupAt: At("19:45:00"), At("19:31:30")),
        new DestinationChanged(
            s_ride,
            Rider,
            Driver,
            Number: 1,
            s_dropoff,
            [s_stop],
            s_quote,
            s_fare,
            QuotedDistanceMeters: 6120,
            new TripTerms("berlin", SurgePercent: 120, s_fare, DistanceMeters: 6120, DurationSeconds: 980),
            At("19:16:20")
        ),
        new DriverOffered(
            s_ride,
            Rider,
            s_offer,
            Driver,
            s_pickup,
            s_dropoff,
            s_fare,
            PickupEtaSeconds: 210,
            At("19:10:16"),
            At("19:10:01")
        ),
        new OfferDeclined(s_ride, s_offer, Driver, "end of my shift", At("19:10:06")),
        new OfferExpired(s_ride, s_offer, Driver, OfferEndReason.Timeout, At("19:10:16")),
        new DriverIgnoredOffers(Driver, s_shift, s_ride, Offers: 3, At("19:10:16")),
        new DriverAssigned(
            s_ride,
            Rider,
            s_offer,
            Driver,
            "Anna",
            s_vehicle,
            EtaSeconds: 210,
            Attempt: 1,
            At("19:10:08")
        ),
        new DriverUnassigned(
            s_ride,
            Rider,
            Driver,
            s_offer,
            Initiator.Driver,
            "flat tyre",
            SearchAgain: true,
            At("19:12:40")
        ),
        new NoDriverFound(s_ride, Rider, SearchSeconds: 180, At("19:15:40")),
        new DriverArrived(s_ride, Rider, Driver, At("19:13:30"), FreeWaitUntil: At("19:15:30")),
        new RideStarted(s_ride, Rider, Driver, At("19:14:50"), WaitSeconds: 80),
        new RideCompleted(
            s_ride,
            Rider,
            Driver,
            s_pickup,
            s_dropoff,
            "standard",
            s_quote,
            s_fare,
            QuotedDistanceMeters: 6120,
            s_card,
            DistanceMeters: 6190,
            DurationSeconds: 940,
            WaitSeconds: 80,
            FreeWaitSeconds: 120,
            Tolls: null,
            StartedAt: At("19:14:50"),
            At("19:30:30"),
            LastPosition: s_dropoff with
            {
                Address = null,
            },
            Initiator.Driver
        ),
        new RideNeedsAttention(
            s_ride,
            "completedFarFromDropoff",
            Since: At("19:30:30"),
            "The driver was 2.1 km from the destination when they completed the ride.",
            Driver,
            At("19:30:31")
        ),
        new RideCancelled(
            s_ride,
            Rider,
            Initiator.Rider,
            RideStatuses.DriverAssigned,
            "changed my mind",
            Driver,
            s_offer,
            "standard",
            s_card,
            SinceAssignedSeconds: 65,
            FreeCancellationSeconds: 120,
            At("19:11:13")
        ),
        new RideRated(s_ride, Rider, Driver, Stars: 5, "Friendly, and drove well.", At("19:41:00")),
        new RideRatedV2(s_ride, Rider, Driver, Stars: 5, "Friendly, and drove well.", At("19:41:00"), Initiator.Rider),
        new FareFinalized(
            s_ride,
            Rider,
            Driver,
            s_invoice,
            [new FareLine("upfrontFare", "Fare as quoted", s_fare)],
            s_fare,
            Tariff,
            s_card,
            At("19:30:31")
        ),
        new CancellationFeeAssessed(
            s_ride,
            Rider,
            Driver,
            InvoiceId: null,
            Euro(0m),
            WaiverReason.WithinFreePeriod,
            Tariff,
            s_card,
            At("19:11:13")
        ),
        new CancellationFeeAssessedV2(
            s_ride,
            Rider,
            Driver,
            InvoiceId: null,
            Euro(0m),
            WaiverReason.WithinFreePeriod,
            Tariff,
            s_card,
            At("19:11:13")
        ),
        new PaymentAuthorized(s_ride, Rider, s_payment, s_fare, At("19:11:05")),
        new PaymentAuthorizationFailed(
            s_ride,
            Rider,
            s_payment,
            s_fare,
            "insufficient_funds",
            PaymentFailureKind.Declined,
            At("19:11:05")
        ),
        new PaymentFailed(
            s_ride,
            Rider,
            s_payment,
            s_fare,
            Attempt: 1,
            "gateway_timeout",
            WillRetry: true,
            RetryAt: At("19:31:32"),
            At("19:30:32")
        ),
        new PaymentFailedV2(
            s_ride,
            Rider,
            s_payment,
            s_fare,
            Attempt: 1,
            "gateway_timeout",
            WillRetry: true,
            RetryAt: At("19:31:32"),
            At("19:30:32"),
            PaymentFailureKind.Unavailable
        ),
        new PaymentCaptured(s_ride, Rider, s_payment, s_fare, Attempt: 2, At("19:31:33")),
        new RiderForgotten(Rider, At("22:00:00")),
        new BalanceOutstanding(s_ride, Rider, s_fare, At("19:45:00")),
        new BalanceSettled(s_ride, Rider, s_payment, s_fare, At("20:05:00")),
        new BalanceWrittenOff(
            s_ride,
            Rider,
            s_payment,
            s_fare,
            "operator-7",
            "The rider was overcharged before.",
            At("20:30:00")
        ),
        new BalanceWrittenOffV2(
            s_ride,
            Rider,
            s_payment,
            s_fare,
            "operator-7",
            "The rider was overcharged before.",
            At("20:30:00"),
            DriverBears: false
        ),
        new PaymentRefunded(
            s_ride,
            Rider,
            s_payment,
            s_refund,
            Number: 1,
            Euro(3.20m),
            [new RefundedLine("waiting", Euro(3.20m))],
            s_fare,
            Euro(3.20m),
            RefundReason.Overcharged,
            DriverBears: true,
            At("21:00:00")
        ),
        new ReceiptIssued(s_ride, Rider, s_invoice, "2026-000042", s_fare, At("19:31:34")),
        new DriverWentOffline(Driver, s_shift, Initiator.Driver, At("23:05:00")),
    ];

    /// <summary>Returns the examples of a record; a record without one fails the check of the schemas.</summary>
    public static IEnumerable<object> Of(Type record) => s_events.Where(example => example.GetType() == record);

    static Money Euro(decimal amount) => new(amount, "EUR");

    static DateTimeOffset At(string time) => DateTimeOffset.Parse($"2026-01-10T{time}Z", provider: null);
}
