using MassTransit;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using RideBooking.EventLog;
using RideBooking.EventLog.PersonalData;
using RideBooking.Platform.Persistence;

namespace RideBooking.Platform.Recovery;

/// <summary>The result of a recovery.</summary>
/// <param name="Examined">The number of events that it examined.</param>
/// <param name="Events">The numbers of events that it republished, by name.</param>
/// <param name="Work">The numbers of pieces of unfinished work that it recovered, by name.</param>
internal sealed record Recovered(
    long Examined,
    IReadOnlyDictionary<string, int> Events,
    IReadOnlyDictionary<string, int> Work
)
{
    /// <summary>Whether anything was republished.</summary>
    public bool RepublishedAny => Count > 0;

    /// <summary>The number of events republished and of pieces of work recovered.</summary>
    public int Count => Events.Values.Sum() + Work.Values.Sum();

    /// <summary>Describes the result in words, for a person.</summary>
    public override string ToString() =>
        $"{Events.Values.Sum()} of {Examined} events published again"
        + (Events.Count > 0 ? $" ({Listed(Events)})" : "")
        + $"; {Listed(Work)}";

    static string Listed(IReadOnlyDictionary<string, int> counts) =>
        string.Join(", ", counts.OrderBy(entry => entry.Key).Select(entry => $"{entry.Value} {entry.Key}"));
}

/// <summary>
/// Recovers messages that a transport has lost: republishes unhandled events, and what unfinished work waits for.
/// </summary>
/// <remarks>
/// Every message is either an event, or a command or timer that follows from a module's rows. Recovery republishes the events
/// that a consumer has not handled, under their own ids, and each module republishes the messages that its unfinished work
/// waits for. A consumer that has already handled a message drops it. All messages go through the outbox, one batch at a
/// time: if a recovery is killed, its finished batches stay valid. It may run beside the hosts and in several processes. It
/// is complete, because every event before the recovery point is known to have been handled by all its consumers, or is
/// noted; see <see cref="MoveRecoveryPoint"/>. Its cost depends on the events since the point (a minute or two of events) and
/// on the unfinished work, not on the length of the log.
/// </remarks>
internal sealed partial class Recover(
    IServiceScopeFactory scopes,
    UnhandledEvents unhandled,
    EventCatalogue catalogue,
    ILogger<Recover> logger,
    IFailedMessages? failed = null,
    IRecoveryRecord? record = null
)
{
    /// <summary>Recovers once at someone's request, and records it among operators' actions.</summary>
    /// <param name="by">The account and the machine that recover.</param>
    /// <param name="progress">See <see cref="Run"/>.</param>
    /// <param name="cancellationToken">See <see cref="Run"/>.</param>
    public async Task<Recovered> RunFor(string by, Action<long, long> progress, CancellationToken cancellationToken)
    {
        var id = record is null ? (Guid?)null : await record.Begin(by, cancellationToken);
        var recovered = await Run(progress, cancellationToken);
        if (id is { } begun)
            await record!.Complete(begun, recovered.Count, recovered.ToString(), cancellationToken);
        return recovered;
    }

    /// <summary>Recovers once.</summary>
    /// <param name="progress">Receives the numbers of events examined and republished so far.</param>
    /// <param name="cancellationToken">Ends the recovery early; messages already republished stay so.</param>
    public async Task<Recovered> Run(Action<long, long> progress, CancellationToken cancellationToken)
    {
        var held = failed is null ? new HashSet<(string, Guid)>() : await failed.Known(cancellationToken);
        var republished = new SortedDictionary<string, int>(StringComparer.Ordinal);
        long examined = 0;
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
        return new Recovered(examined, republished, work);

        async Task<long?> Batch(Func<AppDbContext, IQueryable<LoggedEvent>> query)
        {
            await using var scope = scopes.CreateAsyncScope();
            var db = scope.ServiceProvider.GetRequiredService<AppDbContext>();
            var events = await query(db).ToListAsync(cancellationToken);
            if (events.Count == 0)
                return null;
            var lost = (await unhandled.Among(db, events, cancellationToken))
                .Where(row => row.By.Any(consumer => !held.Contains((consumer.Endpoint, row.Event.EventId))))
                .Select(row => row.Event)
                .ToList();
            var published = await Publish(scope.ServiceProvider, db, lost, cancellationToken);
            examined += events.Count;
            foreach (var row in published)
                republished[row.EventType] = republished.GetValueOrDefault(row.EventType) + 1;
            progress(examined, republished.Values.Sum());
            return events[^1].Position;
        }
    }

    async Task<(long Point, long Head)> Bounds(CancellationToken cancellationToken)
    {
        await using var scope = scopes.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<AppDbContext>();
        // Events get their positions here. Without this step, some would have none yet.
        await Sequencer.CatchUp(db, cancellationToken);
        return (
            await db.Set<RecoveryPoint>().Select(row => row.Position).SingleAsync(cancellationToken),
            await db.Set<LogHead>().Select(row => row.Position).SingleAsync(cancellationToken)
        );
    }

    /// <returns>The events that were published.</returns>
    async Task<List<LoggedEvent>> Publish(
        IServiceProvider scope,
        AppDbContext db,
        List<LoggedEvent> events,
        CancellationToken cancellationToken
    )
    {
        var published = new List<LoggedEvent>(events.Count);
        if (events.Count == 0)
            return published;
        await db.Decrypt(events, cancellationToken);
        var publish = scope.GetRequiredService<IPublishEndpoint>();
        // Events that the context already knows as logged are not logged a second time.
        db.AttachRange(events);
        foreach (var row in events)
        {
            if (Read(row) is not { } message)
                continue;
            published.Add(row);
            await publish.Publish(
                message,
                message.GetType(),
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
        return published;
    }

    // An event that cannot be read must not keep the others from being recovered.
    object? Read(LoggedEvent row)
    {
        try
        {
            return catalogue.Read(row, catalogue.Find(row.EventType, row.Version)!);
        }
        catch (UnreadableEventException exception)
        {
            LogUnreadable(exception, exception.Message);
            return null;
        }
    }

    [LoggerMessage(LogLevel.Error, "An event that was not handled is not published again: {Reason}")]
    partial void LogUnreadable(Exception exception, string reason);
}
