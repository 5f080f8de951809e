using Microsoft.AspNetCore.Hosting;
using RideBooking.Tests.Api;

namespace RideBooking.Tests.Rides;

/// <summary>The whole application with its default timers, except that a driver may report a no-show without waiting.</summary>
public sealed class ImmediateNoShowHost : HostInProcess
{
    readonly string _folder = Directory.CreateTempSubdirectory("ridebooking-no-show-").FullName;

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
