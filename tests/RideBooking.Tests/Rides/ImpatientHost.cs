using Microsoft.AspNetCore.Hosting;
using RideBooking.Tests.Api;

namespace RideBooking.Tests.Rides;

/// <summary>The whole application with the timers it has in life, but for the time that a driver must wait for the rider: none.</summary>
public sealed class ImpatientHost : HostInProcess
{
    readonly string _folder = Directory.CreateTempSubdirectory("ridebooking-impatient-").FullName;

    public City City => new(CreateClient);

    protected override void ConfigureWebHost(IWebHostBuilder builder) =>
        builder
            .UseEnvironment("Development")
            .UseSetting("ConnectionStrings:RideBooking", $"Data Source={Path.Combine(_folder, "ridebooking.db")}")
            .UseSetting("Rides:NoShowAfter", "00:00:00");

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }
}
