namespace RideBooking.Rides;

/// <summary>A command that only the ride's current driver may send.</summary>
internal interface IDriverCommand
{
    string DriverId { get; }

    DateTimeOffset At { get; }
}
