using System.Text.Json;
using MassTransit.Serialization;
using RideBooking.Contracts;
using RideBooking.EventLog;
using RideBooking.TestKit.Contracts;

namespace RideBooking.Benchmarks.EventLog;

/// <summary>The events of a complete ride.</summary>
static class SyntheticRide
{
    const string Rider = "rider-1";
    const string Driver = "driver-1";

    static readonly Dictionary<Type, EventType> s_types = EventCatalogue.Published.All.ToDictionary(type => type.Type);

    /// <summary>Returns the 9 events of a ride whose first driver accepts.</summary>
    public static IEnumerable<object> Events(Guid ride, DateTimeOffset at, string rider = Rider, string driver = Driver)
    {
        var (offer, payment) = (Guid.CreateVersion7(), Guid.CreateVersion7());
        var fare = Samples.Euro(12.40m);
        yield return TestKit.Contracts.Events.RideRequested(ride, at, rider, quotedFare: fare);
        yield return Offer(ride, at, rider, driver, offer);
        yield return TestKit.Contracts.Events.DriverAssigned(ride, at, rider, driver, offer, "Anna");
        yield return new DriverArrived(ride, rider, driver, at, at.AddMinutes(2));
        yield return new RideStarted(ride, rider, driver, at, 60);
        yield return TestKit.Contracts.Events.RideCompleted(ride, at, rider, driver, fare);
        yield return TestKit.Contracts.Events.FareFinalized(
            ride,
            at,
            fare,
            rider,
            driver,
            [new("upfrontFare", "Fare", fare)]
        );
        yield return new PaymentCaptured(ride, rider, payment, fare, 1, at);
        yield return new ReceiptIssued(ride, rider, Guid.CreateVersion7(), "RB-2026-0000-0000-0001", fare, at);
    }

    /// <summary>Returns the 12 events of a ride that another driver declines first, and that is rated.</summary>
    public static IEnumerable<object> LongEvents(Guid ride, DateTimeOffset at, string rider, string driver)
    {
        var declined = Guid.CreateVersion7();
        var events = Events(ride, at, rider, driver).ToList();
        return
        [
            events[0],
            Offer(ride, at, rider, driver, declined),
            new OfferDeclined(ride, declined, driver, "too far", at),
            .. events[1..],
            new RideRated(ride, rider, driver, 5, "very good", at),
        ];
    }

    /// <summary>Returns the row of an event in the log, without its numbers.</summary>
    public static LoggedEvent Logged(Guid stream, object happened)
    {
        var type = s_types[happened.GetType()];
        return new LoggedEvent
        {
            EventId = Guid.CreateVersion7(),
            EventType = type.Name,
            Version = type.Version,
            Timestamp = DateTimeOffset.UtcNow,
            Source = type.Source,
            StreamId = stream.ToString(),
            Payload = JsonSerializer.Serialize(happened, type.Type, SystemTextJsonMessageSerializer.Options),
        };
    }

    static DriverOffered Offer(Guid ride, DateTimeOffset at, string rider, string driver, Guid offer) =>
        new(
            ride,
            rider,
            offer,
            driver,
            Samples.Alexanderplatz,
            Samples.Zoo,
            Samples.Euro(12.40m),
            240,
            at.AddSeconds(20),
            at
        );
}
