using Microsoft.EntityFrameworkCore;

namespace RideBooking.EventLog.Subscriptions;

/// <summary>Keeps rows that are computed from the event log and from nothing else, so that they can be computed again.</summary>
/// <remarks>
/// Its type has a constructor without parameters, so no service can be injected: a projection cannot send, publish, or call
/// anything. What must act on an event is a consumer.
/// </remarks>
public interface IProjection
{
    /// <summary>The name of its subscription, in lower case with hyphens: <c>ride-facts</c>. It never changes.</summary>
    string Name { get; }

    /// <summary>The events it reads.</summary>
    IReadOnlyCollection<Type> Events { get; }

    /// <summary>The only stream whose events it reads: the id of a ride or a driver; null for all streams.</summary>
    string? StreamId => null;

    /// <summary>What happens to an event that cannot be applied.</summary>
    FailedEvents FailedEvents => FailedEvents.Park;

    /// <summary>Applies events to the context's tracked rows, without saving them.</summary>
    /// <param name="db">The context; it tracks no rows of the projection yet.</param>
    /// <param name="generation">The generation of rows to change.</param>
    /// <param name="events">Some of its events, in the order of their positions.</param>
    /// <param name="cancellationToken">Cancels the queries.</param>
    Task Apply(DbContext db, int generation, IReadOnlyList<ReadEvent> events, CancellationToken cancellationToken);

    /// <summary>Deletes rows of a generation.</summary>
    /// <returns>How many were deleted; fewer than the limit means that none are left.</returns>
    Task<int> Delete(DbContext db, int generation, int limit, CancellationToken cancellationToken);

    /// <summary>Updates what the database knows about the number of rows, where its plans depend on it.</summary>
    Task UpdateStatistics(DbContext db, CancellationToken cancellationToken) => Task.CompletedTask;
}

/// <summary>A row of a projection. Queries see the rows of the live generation only.</summary>
/// <remarks>
/// A replay computes the rows of the next generation beside the live one, and then makes it live by one statement. A query is
/// one statement too, so it never sees a mixture. The generation is part of the row's primary key.
/// </remarks>
public interface IProjectedRow
{
    /// <summary><see cref="IProjection.Name"/> of the projection that writes the row.</summary>
    static abstract string Projection { get; }

    /// <summary>The generation that the row belongs to. The projection sets it.</summary>
    int Generation { get; set; }
}

/// <summary>What a subscription does with an event that cannot be applied, after some attempts.</summary>
public enum FailedEvents
{
    /// <summary>Keeps the event for operators and reads on; right when the order of events does not matter.</summary>
    Park,

    /// <summary>Stops before the event until an operator starts the subscription again.</summary>
    Stop,
}

/// <summary>An event as it was read from the log.</summary>
/// <param name="Logged">Its row in the log.</param>
/// <param name="Event">The record.</param>
public sealed record ReadEvent(LoggedEvent Logged, object Event);
