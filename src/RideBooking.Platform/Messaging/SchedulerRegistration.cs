using MassTransit;
using Microsoft.Extensions.DependencyInjection;
using Quartz;
using RideBooking.Platform.Persistence;

namespace RideBooking.Platform.Messaging;

/// <summary>
/// Registers Quartz for redelivery, timeouts and timers, in the application's own database so that they survive restarts.
/// </summary>
internal static class SchedulerRegistration
{
    public static void AddScheduler(
        this IServiceCollection services,
        DatabaseOptions database,
        TransportOptions transport
    ) =>
        services.AddQuartz(quartz =>
            quartz.UsePersistentScheduler(
                database.Provider switch
                {
                    DatabaseProvider.Sqlite => QuartzDatabase.Sqlite,
                    DatabaseProvider.SqlServer => QuartzDatabase.SqlServer,
                    DatabaseProvider.Postgres => QuartzDatabase.Postgres,
                    _ => throw new InvalidOperationException($"No scheduler for {database.Provider}."),
                },
                database.ConnectionString,
                scheduler =>
                {
                    scheduler.SchedulerName = "RideBooking";
                    scheduler.MaxConcurrency = transport.TimersAtOnce;
                    scheduler.MaxPerSecond = transport.TimersPerSecond;
                    if (database.Provider == DatabaseProvider.Sqlite)
                    {
                        scheduler.TablePrefix = $"{AppDbContext.MessagingSchema}_{scheduler.TablePrefix}";
                        return;
                    }
                    scheduler.Schema = AppDbContext.MessagingSchema;
                    scheduler.Clustered = true;
                }
            )
        );
}
