using System.Text.Json;

namespace RideBooking.Console.Api;

/// <summary>What a list shows of a ride. The page of one ride shows every field of the response.</summary>
internal sealed record Ride(
    Guid Id,
    string Status,
    string RiderId,
    string? DriverId,
    Point? Pickup,
    Point? Dropoff,
    Money? Fare,
    Payment Payment,
    IReadOnlyDictionary<string, DateTimeOffset> Timestamps
);

internal sealed record Money(decimal Amount, string Currency);

internal sealed record Payment(string Status);

internal sealed record Summary(SummaryOfRides Rides);

internal sealed record SummaryOfRides(int Requested, IReadOnlyDictionary<string, int> ByStatus);
