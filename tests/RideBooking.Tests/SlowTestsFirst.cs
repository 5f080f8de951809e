using RideBooking.Tests.Cli;
using RideBooking.Tests.MassTransitOnQuartz;
using RideBooking.Tests.Matching;
using RideBooking.Tests.Operations.Redrives;
using RideBooking.Tests.Rides;
using Xunit.v3;

[assembly: TestCollectionOrderer(typeof(RideBooking.Tests.SlowTestsFirst))]

namespace RideBooking.Tests;

/// <summary>The test classes that take many seconds.</summary>
public sealed class SlowTestsFirst()
    : SlowestFirst(
        typeof(When_a_whole_city_rides_at_once),
        typeof(When_the_scheduler_keeps_its_timers_in_SQLite),
        typeof(When_every_order_of_a_ride_is_explored),
        typeof(When_rides_fail_on_the_embedded_default),
        typeof(CommandLineTests),
        typeof(EventLog.When_events_are_logged)
    );
