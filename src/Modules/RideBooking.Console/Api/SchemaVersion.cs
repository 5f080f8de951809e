namespace RideBooking.Console.Api;

internal sealed record SchemaVersion(string Subject, int Version, int Id, string Schema);

internal sealed record Compatibility(string CompatibilityLevel);
