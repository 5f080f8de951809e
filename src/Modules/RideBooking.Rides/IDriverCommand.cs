namespace RideBooking.Rides;

/// <summary>Something only the ride's present driver may say.</summary>
internal interface IDriverCommand
{
    string DriverId { get; }

    /// <summary>When, by the server's clock.</summary>
    DateTimeOffset At { get; }
}
