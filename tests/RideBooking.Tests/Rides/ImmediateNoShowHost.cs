using RideBooking.Tests.Host;

namespace RideBooking.Tests.Rides;

/// <summary>The whole application with its default timers, except that a driver may report a no-show without waiting.</summary>
public sealed class ImmediateNoShowHost() : HostInProcess(("Rides:NoShowAfter", "00:00:00"));
