using RideBooking.TestKit.EventLog;

namespace RideBooking.Benchmarks.EventLog.Comparison;

/// <summary>The two projections that are rebuilt.</summary>
enum Rebuilt
{
    RideSummaries,
    DriverCounts,
}

/// <summary>An event of a stream.</summary>
sealed record Happened(Guid Stream, object Event);

/// <summary>An event store under comparison.</summary>
interface IEventStore : IAsyncDisposable
{
    string Name { get; }

    /// <summary>Appends events of one stream in one transaction.</summary>
    Task Append(Guid stream, IReadOnlyList<object> events, CancellationToken cancellationToken);

    /// <summary>Returns when readers can read every event that was appended, in order.</summary>
    Task AllReadable(CancellationToken cancellationToken);

    /// <summary>Stores events fast.</summary>
    Task Store(IReadOnlyList<Happened> events, CancellationToken cancellationToken);

    /// <summary>Updates the planner's statistics, as autovacuum does later.</summary>
    Task Analyze(CancellationToken cancellationToken);

    /// <summary>Computes a projection again from all events.</summary>
    Task Rebuild(Rebuilt projection, CancellationToken cancellationToken);

    /// <summary>Returns the number of events that the rows of a projection count.</summary>
    Task<long> CountedBy(Rebuilt projection, CancellationToken cancellationToken);

    /// <summary>Returns a ride at a version.</summary>
    Task<FoldedRide> RideAt(Guid ride, int version, CancellationToken cancellationToken);
}
