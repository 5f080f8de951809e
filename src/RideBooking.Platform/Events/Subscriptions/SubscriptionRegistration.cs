using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using RideBooking.EventLog.Subscriptions;
using RideBooking.Platform.Configuration;
using RideBooking.Platform.Observability;
using RideBooking.Platform.Persistence;

namespace RideBooking.Platform.Events.Subscriptions;

/// <summary>Adds projections, and what reads the event log for them.</summary>
public static class SubscriptionRegistration
{
    /// <summary>Adds a projection: rows that are computed from the event log.</summary>
    /// <typeparam name="T">The projection. Without constructor parameters, it can have no effect but on its rows.</typeparam>
    public static IServiceCollection AddProjection<T>(this IServiceCollection services)
        where T : class, IProjection, new() => services.AddSingleton<IProjection>(new T());

    /// <summary>Reads the event log for all projections, with metrics and a health check.</summary>
    internal static void AddSubscriptions(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddSingleton(SubscriptionOptions.Read(configuration));
        services.AddHostedService<ReadSubscriptions>();
        services.AddHostedService<RunReplays>();
        services.AddGauges<SubscriptionLag>();
        services.AddHealthChecks().AddCheck<SubscriptionHealth>("subscriptions", timeout: TimeSpan.FromSeconds(3));
    }
}

/// <summary>How the event log is read for projections.</summary>
/// <param name="Interval">
/// The shortest time from one batch of a subscription to the next, while it is not behind: under load, events are then read
/// together.
/// </param>
/// <param name="Retry">The waits before an event that fails is tried again.</param>
internal sealed record SubscriptionOptions(TimeSpan Interval, IReadOnlyList<TimeSpan> Retry)
{
    /// <summary>The maximum number of events in one transaction.</summary>
    public const int BatchSize = 500;

    /// <summary>The same for a replay without a limit of events per second: a row is written once for more of its events.</summary>
    public const int ReplayBatchSize = 5000;

    /// <summary>Identifies this process in leases. A process id may come again after a restart, so it is not enough.</summary>
    public static readonly string Owner =
        $"{ConnectionBudget.ApplicationName}/{Guid.CreateVersion7().ToString("N")[^8..]}";

    public static SubscriptionOptions Read(IConfiguration configuration) =>
        new(
            configuration.SpanOrNone("Subscriptions:Interval", TimeSpan.FromMilliseconds(200)),
            configuration.Spans(
                "Subscriptions:Retry",
                [TimeSpan.FromMilliseconds(100), TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(5)]
            )
        );
}
