using RideBooking.Tests.Cli;
using RideBooking.Tests.MassTransitOnQuartz;
using RideBooking.Tests.Matching;
using RideBooking.Tests.Operations;
using RideBooking.Tests.Rides;
using Xunit.Sdk;
using Xunit.v3;

[assembly: TestCollectionOrderer(typeof(RideBooking.Tests.LongestFirst))]

namespace RideBooking.Tests;

/// <summary>
/// The order in which test classes begin: those that take many seconds first, the others beside and after them. A long one
/// that began last would run alone, with half of the machine idle.
/// </summary>
public sealed class LongestFirst : ITestCollectionOrderer
{
    static readonly Type[] Long =
    [
        typeof(A_whole_city_at_once),
        typeof(When_the_scheduler_keeps_its_timers_in_SQLite),
        typeof(Exploring_rides),
        typeof(Rides_that_failed_on_the_embedded_default),
        typeof(The_command_line),
        typeof(EventLog.TheLog),
    ];

    public IReadOnlyCollection<TTestCollection> OrderTestCollections<TTestCollection>(
        IReadOnlyCollection<TTestCollection> testCollections
    )
        where TTestCollection : ITestCollection => [.. testCollections.OrderBy(Place)];

    static int Place<TTestCollection>(TTestCollection collection)
        where TTestCollection : ITestCollection
    {
        var place = Array.FindIndex(Long, type => IsOf(type, collection));
        return place < 0 ? Long.Length : place;
    }

    // A class without a collection of its own is one by itself, named after it.
    static bool IsOf(Type type, ITestCollection collection) =>
        collection.TestCollectionDisplayName.Contains($"{type.FullName} ", StringComparison.Ordinal);
}
