using RideBooking.Contracts;

namespace RideBooking.TestKit.Contracts;

/// <summary>Builds the events of a ride from Alexanderplatz to the Zoo. A test sets only the values it depends on.</summary>
public static class Events
{
    const string Rider = "rider-1";
    const string Driver = "driver-1";
    const string Tariff = "berlin-1";

    public static RideRequested RideRequested(
        Guid rideId,
        DateTimeOffset at,
        string riderId = Rider,
        Place? pickup = null,
        string vehicleClass = "standard",
        Money? quotedFare = null,
        int? quotedDistanceMeters = null,
        Guid? paymentMethodId = null
    ) =>
        new(
            rideId,
            riderId,
            pickup ?? Samples.Alexanderplatz,
            Samples.Zoo,
            vehicleClass,
            QuoteId: null,
            quotedFare,
            quotedDistanceMeters,
            paymentMethodId,
            at
        );

    /// <summary>Creates a new offer id if none is given; the driver's name defaults to their id.</summary>
    public static DriverAssigned DriverAssigned(
        Guid rideId,
        DateTimeOffset at,
        string riderId = Rider,
        string driverId = Driver,
        Guid? offerId = null,
        string? driverName = null,
        string vehicleClass = "standard"
    ) =>
        new(
            rideId,
            riderId,
            offerId ?? Guid.CreateVersion7(),
            driverId,
            driverName ?? driverId,
            new Vehicle(vehicleClass, "B-RB 1", "Testarossa"),
            EtaSeconds: 240,
            Attempt: 1,
            at
        );

    /// <summary>Released by the driver.</summary>
    public static DriverUnassigned DriverUnassigned(
        Guid rideId,
        DateTimeOffset at,
        string riderId = Rider,
        string driverId = Driver,
        Guid? offerId = null,
        bool searchAgain = true
    ) =>
        new(
            rideId,
            riderId,
            driverId,
            offerId ?? Guid.CreateVersion7(),
            Initiator.Driver,
            "flat tyre",
            searchAgain,
            at
        );

    /// <summary>Completed by the driver.</summary>
    public static RideCompleted RideCompleted(
        Guid rideId,
        DateTimeOffset at,
        string riderId = Rider,
        string driverId = Driver,
        Money? quotedFare = null,
        int? quotedDistanceMeters = null,
        Guid? paymentMethodId = null,
        int distanceMeters = 6100,
        int durationSeconds = 900,
        int waitSeconds = 0
    ) =>
        new(
            rideId,
            riderId,
            driverId,
            Samples.Alexanderplatz,
            Samples.Zoo,
            "standard",
            QuoteId: null,
            quotedFare,
            quotedDistanceMeters,
            paymentMethodId,
            distanceMeters,
            durationSeconds,
            waitSeconds,
            FreeWaitSeconds: 120,
            Tolls: null,
            StartedAt: at.AddSeconds(-durationSeconds),
            at
        );

    /// <summary>Cancelled by the rider, before or after a driver was assigned.</summary>
    public static RideCancelled RideCancelled(
        Guid rideId,
        DateTimeOffset at,
        string riderId = Rider,
        string? driverId = null,
        Guid? offerId = null,
        string vehicleClass = "standard",
        Guid? paymentMethodId = null,
        int? sinceAssignedSeconds = null
    ) =>
        new(
            rideId,
            riderId,
            Initiator.Rider,
            driverId is null ? "requested" : "driverAssigned",
            "changed my mind",
            driverId,
            offerId,
            vehicleClass,
            paymentMethodId,
            sinceAssignedSeconds,
            FreeCancellationSeconds: 120,
            at
        );

    public static FareFinalized FareFinalized(
        Guid rideId,
        DateTimeOffset at,
        Money total,
        string riderId = Rider,
        string driverId = Driver,
        IReadOnlyList<FareLine>? lines = null,
        Guid? paymentMethodId = null
    ) => new(rideId, riderId, driverId, Guid.CreateVersion7(), lines ?? [], total, Tariff, paymentMethodId, at);

    /// <summary>A fee, waived where the amount is zero.</summary>
    public static CancellationFeeAssessedV2 CancellationFeeAssessed(
        Guid rideId,
        DateTimeOffset at,
        Money amount,
        string riderId = Rider,
        string? driverId = Driver
    ) =>
        new(
            rideId,
            riderId,
            driverId,
            InvoiceId: null,
            amount,
            amount.Amount == 0 ? "withinFreePeriod" : null,
            Tariff,
            PaymentMethodId: null,
            at
        );
}
