using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using RideBooking.EventLog;
using RideBooking.Platform.Events;

namespace RideBooking.Operations.Audits;

/// <summary>One run of an audit, step by step. Its progress and its findings are in the <see cref="Audit"/>.</summary>
internal sealed class AuditRun(Audit audit, TimeSpan settleTime, TimeProvider clock)
{
    const int ComparedAtOnce = 100;

    readonly List<AuditView.Deviation> _deviations = [];
    readonly HashSet<Guid> _compared = [];
    readonly Dictionary<Guid, (int State, int Events, DateTimeOffset Since)> _suspects = [];
    Guid? _lastListed;
    int _listed;

    /// <summary>Verifies the next events of the log, and the rides that begin with them.</summary>
    /// <returns>False at the end of the log.</returns>
    public async Task<bool> VerifyNext(
        DbContext db,
        IReadOnlyList<IAuditedState> states,
        int limit,
        CancellationToken cancellationToken
    )
    {
        if (audit.Position == 0)
            audit.LastPosition = await db.LastPosition(cancellationToken);
        var chained = await db.LastChained(cancellationToken);
        var (events, wrong) = await db.Verify(audit.Position, chained, limit, cancellationToken);
        foreach (var deviation in wrong.Concat(events.Select(Unknown).OfType<LogDeviation>()))
            Add(deviation);
        foreach (var (index, state) in states.Index())
            await Compare(
                index,
                state,
                [
                    .. from logged in events
                    where logged.EventType == state.FirstEvent
                    // A stream that is no id was changed: the check of the event's hash reports it.
                    let id = Guid.TryParse(logged.StreamId, out var stream) ? stream : (Guid?)null
                    where id is not null
                    select id.Value,
                ],
                cancellationToken
            );
        if (events.Count > 0)
            audit.Position = events[^1].Position!.Value;
        if (events.Count == limit)
            return true;
        if (await db.VerifyEnd(cancellationToken) is { } end)
            Add(end);
        return false;
    }

    /// <summary>Compares the next rides that the log does not know.</summary>
    /// <returns>False when there are no more rides.</returns>
    public async Task<bool> CompareUnlogged(
        IReadOnlyList<IAuditedState> states,
        int limit,
        CancellationToken cancellationToken
    )
    {
        if (_listed == states.Count)
            return false;
        var ids = await states[_listed].List(_lastListed, limit, cancellationToken);
        await Compare(_listed, states[_listed], [.. ids.Where(id => !_compared.Contains(id))], cancellationToken);
        if (ids.Count == limit)
            _lastListed = ids[^1];
        else
            (_lastListed, _listed) = (null, _listed + 1);
        return true;
    }

    /// <summary>Compares again the rides that deviated.</summary>
    /// <returns>False when none is in doubt any more.</returns>
    public async Task<bool> CompareAgain(IReadOnlyList<IAuditedState> states, CancellationToken cancellationToken)
    {
        foreach (var suspects in _suspects.GroupBy(suspect => suspect.Value.State).ToList())
        foreach (var ids in suspects.Select(suspect => suspect.Key).Chunk(ComparedAtOnce))
        {
            var wrong = (await states[suspects.Key].Compare(ids, cancellationToken)).ToDictionary(it => it.Id);
            foreach (var id in ids)
                if (!wrong.TryGetValue(id, out var comparison))
                    _suspects.Remove(id);
                else if (comparison.Events != _suspects[id].Events)
                    _suspects[id] = (suspects.Key, comparison.Events, clock.GetUtcNow());
                else if (clock.GetUtcNow() - _suspects[id].Since >= settleTime)
                {
                    _suspects.Remove(id);
                    foreach (var deviation in comparison.Deviations)
                        Add(
                            new AuditView.Deviation(
                                id,
                                null,
                                null,
                                id.ToString(),
                                deviation.Field,
                                deviation.Expected,
                                deviation.Actual
                            )
                        );
                }
        }
        return _suspects.Count > 0;
    }

    async Task Compare(
        int index,
        IAuditedState state,
        IReadOnlyCollection<Guid> ids,
        CancellationToken cancellationToken
    )
    {
        foreach (var batch in ids.Chunk(ComparedAtOnce))
        foreach (var comparison in await state.Compare(batch, cancellationToken))
            _suspects[comparison.Id] = (index, comparison.Events, clock.GetUtcNow());
        _compared.UnionWith(ids);
        audit.Rides = _compared.Count;
    }

    // Nothing in this program reads it: a newer program wrote it, or someone changed it.
    static LogDeviation? Unknown(LoggedEvent logged)
    {
        var catalogue = EventCatalogue.Published;
        return catalogue.Find(logged.EventType, logged.Version) is not null
            ? null
            : new LogDeviation(
                logged.Position!.Value,
                logged.EventId,
                logged.StreamId,
                "version",
                catalogue.VersionsOf(logged.EventType) is { Length: > 0 and var newest }
                    ? $"{logged.EventType} version 1 to {newest}"
                    : "a known event",
                $"{logged.EventType} version {logged.Version}"
            );
    }

    void Add(LogDeviation wrong) =>
        Add(
            new AuditView.Deviation(
                null,
                wrong.Position,
                wrong.EventId,
                wrong.StreamId,
                wrong.Field,
                wrong.Expected,
                wrong.Actual
            )
        );

    void Add(AuditView.Deviation deviation)
    {
        audit.DeviationCount++;
        if (_deviations.Count == AuditView.MaxDeviations)
            return;
        _deviations.Add(deviation);
        audit.Deviations = JsonSerializer.Serialize(_deviations, JsonSerializerOptions.Web);
    }
}
