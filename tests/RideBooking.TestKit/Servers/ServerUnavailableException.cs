namespace RideBooking.IntegrationTests.Infrastructure;

/// <summary>A server cannot be had on this machine, and why. Tests turn it into a skip or a failure.</summary>
public sealed class ServerUnavailableException(string reason) : Exception(reason);
