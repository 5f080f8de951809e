namespace RideBooking.Rides;

/// <summary>Something only the ride's present driver may say.</summary>
internal interface IDriverCommand
{
    string DriverId { get; }

    DateTimeOffset At { get; }
}
