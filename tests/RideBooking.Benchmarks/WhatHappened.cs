using System.Globalization;
using System.Text.Json;

namespace RideBooking.Benchmarks;

/// <summary>What must be true of the event log after rides that were all driven and paid.</summary>
static class WhatHappened
{
    /// <summary>
    /// The breaches, each in a sentence: a ride that was not paid exactly once or not its fare, a driver on two rides at a
    /// time, a gap in the positions.
    /// </summary>
    /// <param name="log">Every event there is, as GET /events gives them.</param>
    /// <param name="rides">The rides that must be paid; others are looked at for their drivers only.</param>
    public static IReadOnlyList<string> Breaches(IReadOnlyList<JsonElement> log, IReadOnlyCollection<Guid> rides)
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

        // From the assignment to the end of the ride its driver has no other.
        var busy = new Dictionary<string, string>();
        long position = 0;
        foreach (var e in log)
        {
            if (e.GetProperty("position").GetInt64() is var found && found != ++position)
            {
                breaches.Add($"The event after position {position - 1} has position {found}.");
                position = found;
            }
            if (!e.GetProperty("payload").TryGetProperty("driverId", out var id) || id.GetString() is not { } driver)
                continue;
            switch (Type(e))
            {
                case "DriverAssigned" when !busy.TryAdd(driver, Stream(e)):
                    breaches.Add($"Driver {driver} is on {busy[driver]} and on {Stream(e)}.");
                    break;
                case "RideCompleted"
                or "RideCancelled"
                or "DriverUnassigned" when busy.GetValueOrDefault(driver) == Stream(e):
                    busy.Remove(driver);
                    break;
            }
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
