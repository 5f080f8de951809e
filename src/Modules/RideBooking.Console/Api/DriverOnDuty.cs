namespace RideBooking.Console.Api;

/// <summary>A driver on duty, at their last known position.</summary>
internal sealed record DriverOnDuty(
    string DriverId,
    string Name,
    double Lat,
    double Lng,
    double? Heading,
    string Status,
    Guid? RideId,
    DateTimeOffset SeenAt
);

internal sealed record Point(double Lat, double Lng);
