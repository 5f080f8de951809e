using Xunit.Sdk;
using Xunit.v3;

namespace RideBooking.Tests;

/// <summary>
/// The order in which test classes begin: the long ones first, the others beside and after them. A long one that began last
/// would run alone, with half of the machine idle.
/// </summary>
/// <param name="longest">Test classes and definitions of collections, the longest first.</param>
public abstract class SlowestFirst(params Type[] longest) : ITestCollectionOrderer
{
    public IReadOnlyCollection<TTestCollection> OrderTestCollections<TTestCollection>(
        IReadOnlyCollection<TTestCollection> testCollections
    )
        where TTestCollection : ITestCollection => [.. testCollections.OrderBy(Place)];

    int Place<TTestCollection>(TTestCollection collection)
        where TTestCollection : ITestCollection
    {
        var place = Array.FindIndex(longest, type => IsOf(type, collection));
        return place < 0 ? longest.Length : place;
    }

    // A class without a collection of its own is one by itself, named after it.
    static bool IsOf(Type type, ITestCollection collection) =>
        collection.TestCollectionDisplayName.Contains($"{type.FullName} ", StringComparison.Ordinal);
}
