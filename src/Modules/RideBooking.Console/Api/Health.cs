namespace RideBooking.Console.Api;

internal sealed record Health(string Status, IReadOnlyList<HealthCheck> Checks);

internal sealed record HealthCheck(string Name, string State, string? Reason);
