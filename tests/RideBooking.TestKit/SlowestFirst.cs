using Xunit.Sdk;
using Xunit.v3;

namespace RideBooking.TestKit;

/// <summary>
/// Starts the longest test classes first. A long class that started last would run alone, with half of the machine idle.
/// </summary>
/// <param name="longest">Test classes and collection definitions, the longest first.</param>
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

    // A class without an explicit collection is a collection of its own, named after the class.
    static bool IsOf(Type type, ITestCollection collection) =>
        collection.TestCollectionDisplayName.Contains($"{type.FullName} ", StringComparison.Ordinal);
}
