using RideBooking.Analytics;
using RideBooking.Billing;
using RideBooking.Drivers;
using RideBooking.Matching;
using RideBooking.Notifications;
using RideBooking.Operations;
using RideBooking.Payments;
using RideBooking.Platform;
using RideBooking.Rides;

namespace RideBooking.Host;

internal static class Modules
{
    /// <summary>The seven business modules, and the module of the operators' API.</summary>
    public static IReadOnlyList<IModule> All { get; } =
    [
        new RidesModule(),
        new DriversModule(),
        new MatchingModule(),
        new BillingModule(),
        new PaymentsModule(),
        new NotificationsModule(),
        new AnalyticsModule(),
        new OperationsModule(),
    ];
}
