namespace RideBooking.TestKit.Servers;

/// <summary>Thrown with the reason when a server is unavailable on this machine. Tests turn it into a skip or a failure.</summary>
public sealed class ServerUnavailableException(string reason) : Exception(reason);
