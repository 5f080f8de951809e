using Microsoft.Extensions.DependencyInjection;
using Quartz;
using RideBooking.Platform.Persistence;

namespace RideBooking.Platform.Messaging;

/// <summary>Quartz: redelivery, timeouts and timers.</summary>
internal static class SchedulerRegistration
{
    public static void AddScheduler(this IServiceCollection services, DatabaseOptions database) => services.AddQuartz();
}
