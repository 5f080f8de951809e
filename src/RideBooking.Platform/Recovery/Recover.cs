using System.Text.Json;
using MassTransit;
using MassTransit.Serialization;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using RideBooking.EventLog;
using RideBooking.Platform.Persistence;

namespace RideBooking.Platform.Recovery;

/// <summary>What a recovery did.</summary>
/// <param name="Looked">How many events it looked at.</param>
/// <param name="Events">The events it published again, by name.</param>
/// <param name="Work">The unfinished work it spoke for, by name.</param>
internal sealed record Recovered(
    long Looked,
    IReadOnlyDictionary<string, int> Events,
    IReadOnlyDictionary<string, int> Work
)
{
    /// <summary>Whether something was published again.</summary>
    public bool Something => Count > 0;

    /// <summary>Events published again and pieces of work spoken for.</summary>
    public int Count => Events.Values.Sum() + Work.Values.Sum();

    /// <summary>In words, for a person.</summary>
    public override string ToString() =>
        $"{Events.Values.Sum()} of {Looked} events published again"
        + (Events.Count > 0 ? $" ({Listed(Events)})" : "")
        + $"; {Listed(Work)}";

    static string Listed(IReadOnlyDictionary<string, int> counts) =>
        string.Join(", ", counts.OrderBy(entry => entry.Key).Select(entry => $"{entry.Value} {entry.Key}"));
}

/// <summary>
/// Makes good what a transport has lost. Whatever goes through it is either an event, or a command or timer that follows from
/// a module's rows: so the events that somebody has not handled are published again under their own ids, and every module
/// republishes what its unfinished work waits for. A consumer that has handled it already drops it. Everything goes through the
/// outbox, a batch at a time, so that a recovery which is killed has done what it had done; it may run beside the hosts and
/// in several processes.
/// </summary>
/// <remarks>
/// Complete, because an event before the recovery point was seen to be handled by everybody, or is noted; see
/// <see cref="MoveRecoveryPoint"/>. Its cost is what has happened since the point (a minute or two of events) and what is
/// unfinished, not what there ever was.
/// </remarks>
internal sealed class Recover(
    IServiceScopeFactory scopes,
    UnhandledEvents unhandled,
    EventCatalogue catalogue,
    IFailedMessages? failed = null,
    IRecoveryAudit? audit = null
)
{
    /// <summary>Recovers once because somebody asked for it, and leaves that in the operators' audit.</summary>
    /// <param name="by">Who.</param>
    /// <param name="progress">As of <see cref="Run"/>.</param>
    /// <param name="cancellationToken">As of <see cref="Run"/>.</param>
    public async Task<Recovered> RunFor(string by, Action<long, long> progress, CancellationToken cancellationToken)
    {
        var entry = audit is null ? (Guid?)null : await audit.Begun(by, cancellationToken);
        var recovered = await Run(progress, cancellationToken);
        if (entry is { } begun)
            await audit!.Done(begun, recovered.Count, recovered.ToString(), cancellationToken);
        return recovered;
    }

    /// <summary>Recovers once.</summary>
    /// <param name="progress">Told how many events have been looked at and published again so far.</param>
    /// <param name="cancellationToken">Ends it early; what was published again stays so.</param>
    public async Task<Recovered> Run(Action<long, long> progress, CancellationToken cancellationToken)
    {
        var theirs = failed is null ? new HashSet<(string, Guid)>() : await failed.Known(cancellationToken);
        var again = new SortedDictionary<string, int>(StringComparer.Ordinal);
        long looked = 0;
        var (point, head) = await Bounds(cancellationToken);

        for (long? after = 0; after is not null; )
            after = await Batch(db => MoveRecoveryPoint.Noted(db, after.Value));
        for (long? after = point; after is not null; )
            after = await Batch(db =>
                db.Set<LoggedEvent>()
                    .AsNoTracking()
                    .Where(row => row.Position > after && row.Position <= head)
                    .OrderBy(row => row.Position)
                    .Take(UnhandledEvents.Batch)
            );

        var work = new SortedDictionary<string, int>(StringComparer.Ordinal);
        await using (var all = scopes.CreateAsyncScope())
            foreach (var unfinished in all.ServiceProvider.GetServices<IRecoverableWork>())
                work[unfinished.Name] = await unfinished.Republish(cancellationToken);
        return new Recovered(looked, again, work);

        async Task<long?> Batch(Func<AppDbContext, IQueryable<LoggedEvent>> query)
        {
            await using var scope = scopes.CreateAsyncScope();
            var db = scope.ServiceProvider.GetRequiredService<AppDbContext>();
            var events = await query(db).ToListAsync(cancellationToken);
            if (events.Count == 0)
                return null;
            var lost = (await unhandled.Among(db, events, cancellationToken))
                .Where(row => row.By.Any(consumer => !theirs.Contains((consumer.Endpoint, row.Event.EventId))))
                .Select(row => row.Event)
                .ToList();
            await Publish(scope.ServiceProvider, db, lost, cancellationToken);
            looked += events.Count;
            foreach (var row in lost)
                again[row.EventType] = again.GetValueOrDefault(row.EventType) + 1;
            progress(looked, again.Values.Sum());
            return events[^1].Position;
        }
    }

    async Task<(long Point, long Head)> Bounds(CancellationToken cancellationToken)
    {
        await using var scope = scopes.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<AppDbContext>();
        // Only then has every event a position.
        await Sequencer.CatchUp(db, cancellationToken);
        return (
            await db.Set<RecoveryPoint>().Select(row => row.Position).SingleAsync(cancellationToken),
            await db.Set<LogHead>().Select(row => row.Position).SingleAsync(cancellationToken)
        );
    }

    async Task Publish(
        IServiceProvider scope,
        AppDbContext db,
        List<LoggedEvent> events,
        CancellationToken cancellationToken
    )
    {
        if (events.Count == 0)
            return;
        var publish = scope.GetRequiredService<IPublishEndpoint>();
        // What the context knows already as logged is not logged a second time.
        db.AttachRange(events);
        foreach (var row in events)
        {
            var type = catalogue.Find(row.EventType, row.Version)!.Type;
            var message = JsonSerializer.Deserialize(row.Payload, type, SystemTextJsonMessageSerializer.Options)!;
            await publish.Publish(
                message,
                type,
                context =>
                {
                    context.MessageId = row.EventId;
                    context.ConversationId = row.CorrelationId;
                    context.InitiatorId = row.CausationId;
                },
                cancellationToken
            );
        }
        await db.SaveChangesAsync(cancellationToken);
    }
}
