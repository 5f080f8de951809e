namespace RideBooking.Platform.Events;

/// <summary>State of a module that must equal the fold of its events. The audit compares the two.</summary>
public interface IAuditedState
{
    /// <summary>The type of the event that begins each stream of this state.</summary>
    string FirstEvent { get; }

    /// <summary>Returns the ids of the stored state after an id, in the order of the database.</summary>
    Task<IReadOnlyList<Guid>> List(Guid? after, int limit, CancellationToken cancellationToken);

    /// <summary>Compares stored state with the fold of its events.</summary>
    /// <remarks>
    /// The two are read one after the other, and events of other modules may await their delivery. The caller compares again
    /// before it reports a deviation.
    /// </remarks>
    /// <param name="ids">What to compare, also if it has no stored state or no events.</param>
    /// <param name="cancellationToken">Cancels the queries.</param>
    /// <returns>Those that deviate.</returns>
    Task<IReadOnlyList<StateComparison>> Compare(IReadOnlyCollection<Guid> ids, CancellationToken cancellationToken);
}

/// <summary>Stored state that deviates from its events.</summary>
/// <param name="Id">The id of the state, which is its stream.</param>
/// <param name="Events">How many events it was compared with.</param>
/// <param name="Deviations">The fields that deviate.</param>
public sealed record StateComparison(Guid Id, int Events, IReadOnlyList<StateDeviation> Deviations);

/// <summary>A field of stored state that deviates from its events.</summary>
/// <param name="Field">The field's path.</param>
/// <param name="Expected">Its value by the events, as JSON; null for none.</param>
/// <param name="Actual">Its stored value, as JSON; null for none.</param>
public sealed record StateDeviation(string Field, string? Expected, string? Actual);
