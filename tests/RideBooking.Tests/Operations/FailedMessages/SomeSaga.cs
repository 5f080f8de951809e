using RideBooking.Contracts;
using RideBooking.Payments;
using RideBooking.Rides;
using RideBooking.TestKit.Contracts;

namespace RideBooking.Tests.Operations.FailedMessages;

/// <summary>Instances of the state machines in a given state, with personal data.</summary>
internal static class SomeSaga
{
    public const string Address = "12 Secret Street";
    public const string DriverName = "Anna Secret";

    public static Ride Ride(string status)
    {
        var (id, now) = (Guid.CreateVersion7(), Now());
        var hasDriver = status is not (nameof(RideStateMachine.Requested) or nameof(RideStateMachine.NoDriverFound));
        return new Ride
        {
            CorrelationId = id,
            Status = status,
            Version = 7,
            RiderId = $"rider-{id}",
            ActiveRiderId = $"rider-{id}",
            Pickup = Samples.Alexanderplatz with { Address = Address },
            Dropoff = Samples.Zoo,
            VehicleClass = VehicleClass.Standard,
            QuotedFare = Samples.Euro(12.4m),
            DriverId = hasDriver ? $"driver-{id}" : null,
            ActiveDriverId = hasDriver ? $"driver-{id}" : null,
            OfferId = hasDriver ? Guid.CreateVersion7() : null,
            DriverName = hasDriver ? DriverName : null,
            DriverVehicle = hasDriver ? new Vehicle(VehicleClass.Standard, "B-SECRET 1", "Testarossa") : null,
            AssignedAt = hasDriver ? now : null,
            EndedOffers = [Guid.CreateVersion7()],
            Search = 1,
            SearchStartedAt = now,
            SearchDeadlineTokenId = hasDriver ? null : Guid.CreateVersion7(),
            RequestedAt = now,
            ChangedAt = now,
        };
    }

    public static Payment Payment(string status)
    {
        var (id, now) = (Guid.CreateVersion7(), Now());
        var isExpected = status == nameof(PaymentStateMachine.Expected);
        return new Payment
        {
            CorrelationId = id,
            Status = status,
            Version = 3,
            PaymentId = Guid.CreateVersion7(),
            RiderId = $"rider-{id}",
            Due = isExpected ? new Money(0, "") : Samples.Euro(12.4m),
            Attempt = isExpected ? 0 : 1,
            KeyNumber = isExpected ? 0 : 1,
            RetryAt = status == nameof(PaymentStateMachine.Retrying) ? now.AddMinutes(1) : null,
            RetryTokenId = status == nameof(PaymentStateMachine.Retrying) ? Guid.CreateVersion7() : null,
            OpenedAt = now,
            ChangedAt = now,
        };
    }

    // Databases keep milliseconds or microseconds.
    static DateTimeOffset Now() =>
        DateTimeOffset.FromUnixTimeMilliseconds(DateTimeOffset.UtcNow.ToUnixTimeMilliseconds());
}
