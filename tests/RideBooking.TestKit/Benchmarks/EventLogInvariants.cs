using System.Globalization;
using System.Text.Json;

namespace RideBooking.TestKit.Benchmarks;

/// <summary>Checks the event log after rides that were all driven and paid.</summary>
static class EventLogInvariants
{
    /// <summary>
    /// Finds the breaches and describes each in a sentence: a ride that was not paid exactly once or not at its fare, a
    /// driver on two rides at a time, a gap in the positions.
    /// </summary>
    /// <param name="log">All events after a position, as GET /events returns them.</param>
    /// <param name="rides">The rides that must be paid; only the drivers of other rides are checked.</param>
    /// <param name="before">The position that its first event follows.</param>
    public static IReadOnlyList<string> Breaches(
        IReadOnlyList<JsonElement> log,
        IReadOnlyCollection<Guid> rides,
        long before = 0
    )
    {
        var breaches = new List<string>();
        var byStream = log.ToLookup(Stream);
        foreach (var ride in rides)
        {
            var events = byStream[$"{ride}"].ToList();
            var captures = events.Where(e => Type(e) == "PaymentCaptured").ToList();
            var fares = events.Where(e => Type(e) == "FareFinalized").ToList();
            if (captures.Count != 1)
                breaches.Add($"Ride {ride} was paid {captures.Count} times.");
            if (fares.Count != 1)
                breaches.Add($"Ride {ride} has {fares.Count} fares.");
            foreach (var capture in captures)
                if (fares.Any(fare => Amount(fare, "total") != Amount(capture, "amount")))
                    breaches.Add(
                        $"Ride {ride} was paid {Amount(capture, "amount")}, its fare is {Amount(fares[0], "total")}."
                    );
        }

        // A driver has no other ride from the assignment to the end of the ride. A cancellation and an acceptance may cross:
        // an ended ride occupies no driver.
        var (rideOf, driverOf, ended) = (
            new Dictionary<string, string>(),
            new Dictionary<string, string>(),
            new HashSet<string>()
        );
        var position = before;
        foreach (var e in log)
        {
            if (e.GetProperty("position").GetInt64() is var found && found != ++position)
            {
                breaches.Add($"The event after position {position - 1} has position {found}.");
                position = found;
            }
            var ride = Stream(e);
            switch (Type(e))
            {
                case "DriverAssigned" when !ended.Contains(ride):
                    var driver = e.GetProperty("payload").GetProperty("driverId").GetString()!;
                    if (rideOf.TryAdd(driver, ride))
                        driverOf[ride] = driver;
                    else
                        breaches.Add($"Driver {driver} is on {rideOf[driver]} and on {ride}.");
                    break;
                case "DriverUnassigned":
                    Leave(ride);
                    break;
                case "RideCompleted" or "RideCancelled" or "NoDriverFound":
                    ended.Add(ride);
                    Leave(ride);
                    break;
            }
        }

        void Leave(string ride)
        {
            if (driverOf.Remove(ride, out var driver))
                rideOf.Remove(driver);
        }
        return breaches;
    }

    static string Type(JsonElement e) => e.GetProperty("event_type").GetString()!;

    static string Stream(JsonElement e) => e.GetProperty("stream_id").GetString()!;

    static decimal Amount(JsonElement e, string property) =>
        decimal.Parse(
            e.GetProperty("payload").GetProperty(property).GetProperty("amount").GetString()!,
            CultureInfo.InvariantCulture
        );
}
