using RideBooking.Contracts;

namespace RideBooking.Drivers;

/// <summary>A driver's profile as the API shows it.</summary>
/// <param name="DriverId">The driver.</param>
/// <param name="Name">The driver's name, as riders see it.</param>
/// <param name="Vehicle">The vehicle. A current shift keeps the one it began with.</param>
internal sealed record ProfileView(string DriverId, string Name, Vehicle Vehicle)
{
    public static ProfileView Of(DriverProfile driver) => new(driver.DriverId, driver.Name, driver.Vehicle);
}
