namespace RideBooking.Rides;

/// <summary>Counts a wrong PIN with which a driver tried to start the ride.</summary>
/// <remarks>A command of its own: a refused one leaves no trace.</remarks>
internal sealed record RecordWrongPin(Guid RideId, string DriverId, DateTimeOffset At) : IDriverCommand;
