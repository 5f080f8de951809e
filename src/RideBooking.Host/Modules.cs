using RideBooking.Analytics;
using RideBooking.Billing;
using RideBooking.Console;
using RideBooking.Drivers;
using RideBooking.Matching;
using RideBooking.Notifications;
using RideBooking.Operations;
using RideBooking.Payments;
using RideBooking.Platform;
using RideBooking.Rides;
using RideBooking.Schemas;

namespace RideBooking.Host;

internal static class Modules
{
    /// <summary>The seven business modules, and the modules of the operators' API, of their console and of the schemas.</summary>
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
        new ConsoleModule(),
        new SchemasModule(),
    ];
}
