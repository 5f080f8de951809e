using RideBooking.IntegrationTests.Faults;
using RideBooking.IntegrationTests.Rides;
using Xunit.Sdk;
using Xunit.v3;

[assembly: TestCollectionOrderer(typeof(RideBooking.IntegrationTests.LongestFirst))]

namespace RideBooking.IntegrationTests;

/// <summary>
/// The order in which test classes begin: those that take minutes first, the others beside and after them. A long one that
/// began last would run alone, with half of the machine idle.
/// </summary>
public sealed class LongestFirst : ITestCollectionOrderer
{
    static readonly Type[] Long =
    [
        typeof(Every_fault),
        typeof(OnServersToStop),
        typeof(Five_hundred_rides_on_PostgreSQL_and_RabbitMQ),
        typeof(Five_hundred_rides_on_the_embedded_default),
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
