using Microsoft.AspNetCore.Hosting;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using RideBooking.Platform.Persistence;

namespace RideBooking.Tests.Api;

/// <summary>The whole application in this process with its defaults (SQLite, in-memory transport), but with short timers.</summary>
public sealed class EmbeddedHost : HostInProcess
{
    readonly string _folder = Directory.CreateTempSubdirectory("ridebooking-api-").FullName;

    public City City => new(CreateClient);

    protected override void ConfigureWebHost(IWebHostBuilder builder)
    {
        builder.UseEnvironment("Development");
        builder.UseSetting("ConnectionStrings:RideBooking", $"Data Source={Path.Combine(_folder, "ridebooking.db")}");
        builder.UseSetting("Matching:OfferTimeout", "00:00:02");
        builder.UseSetting("Matching:SearchDeadline", "00:00:08");
        builder.UseSetting("Operations:AuditSettleTime", "00:00:03");
        builder.ConfigureServices(services =>
            services.ConfigureDbContext<SqliteAppDbContext>(db => db.AddInterceptors(new SqliteSynchronousOff()))
        );
    }

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }
}
