using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using RideBooking.EventLog.Archives;
using RideBooking.Platform.Observability;

namespace RideBooking.Platform.Events.Archives;

/// <summary>Registers the archive of the event log.</summary>
internal static class ArchiveRegistration
{
    /// <summary>Registers what reads archives, and what writes them if that is configured.</summary>
    public static void AddArchives(this IServiceCollection services, IConfiguration configuration)
    {
        var options = ArchiveOptions.Read(configuration);
        services.AddSingleton(new ArchiveStore(options.Folder));
        services.AddGauges<ArchivedEventCount>();
        if (options.After is null)
            return;
        services.AddSingleton(options);
        services.AddSingleton(provider => new Archiver(
            provider.GetRequiredService<ArchiveStore>(),
            provider.GetRequiredService<TimeProvider>()
        ));
        services.AddHostedService<ArchiveStreams>();
    }
}
