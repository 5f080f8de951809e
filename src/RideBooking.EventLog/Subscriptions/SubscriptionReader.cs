using System.Numerics;
using MassTransit;
using Microsoft.EntityFrameworkCore;

namespace RideBooking.EventLog.Subscriptions;

/// <summary>Reads the log for one generation of a projection, in one process.</summary>
/// <remarks>
/// One process at a time holds a generation's lease. Every write also moves the checkpoint, which only the owner of the
/// current epoch can do. Not thread-safe; each call gets a context of its own. While a reader is behind, it reads the next batch
/// at the same time as it applies one, so that database and process both work.
/// </remarks>
/// <param name="projection">The projection.</param>
/// <param name="catalogue">The event types.</param>
/// <param name="owner">Identifies this process, and no earlier one.</param>
/// <param name="clock">Ends leases.</param>
/// <param name="replay">The replay whose generation is read; null for the live generation.</param>
public sealed class SubscriptionReader(
    IProjection projection,
    EventCatalogue catalogue,
    string owner,
    TimeProvider clock,
    Replay? replay = null
) : IAsyncDisposable
{
    /// <summary>How long a process that died keeps its lease.</summary>
    public static readonly TimeSpan Lease = TimeSpan.FromSeconds(6);

    // The versions that the projection reads, by event.
    readonly ILookup<string, EventType> _wanted = catalogue
        .All.Where(type => projection.Events.Contains(type.Type))
        .ToLookup(type => type.Name);
    int _generation;
    long _epoch;
    int _fullBatches;
    (int Limit, Task<Batch> Batch)? _ahead;

    /// <summary>The position of the last event that this process has read.</summary>
    public long Position { get; private set; }

    /// <summary>Takes the lease if it is free and the subscription is not stopped.</summary>
    /// <returns>Whether this process may read.</returns>
    /// <exception cref="CheckpointBeyondEndException">
    /// The log ends before the checkpoint; the subscription is stopped.
    /// </exception>
    public async Task<bool> Claim(DbContext db, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        var wanted = replay?.Generation;
        var row = await db.Set<Subscription>()
            .AsNoTracking()
            .SingleOrDefaultAsync(
                row => row.Name == projection.Name && (wanted == null ? row.IsLive : row.Generation == wanted),
                cancellationToken
            );
        if (row is null)
        {
            // A replay's generation is added with it, and deleted when it is cancelled.
            if (replay is not null)
                return false;
            await Add(db, cancellationToken);
            return await Claim(db, cancellationToken);
        }
        // A lease that ends later than any can was taken by a host whose clock differs.
        var isFree = row.Owner == owner || row.LeasedUntil <= now || row.LeasedUntil > now + 2 * Lease;
        if (row.StoppedBecause is not null || !isFree)
            return false;
        var taken = await db.Set<Subscription>()
            .Where(free =>
                free.Name == projection.Name
                && free.Generation == row.Generation
                && free.Epoch == row.Epoch
                && free.LeasedUntil == row.LeasedUntil
            )
            .ExecuteUpdateAsync(
                set =>
                    set.SetProperty(mine => mine.Epoch, row.Epoch + 1)
                        .SetProperty(mine => mine.Owner, owner)
                        .SetProperty(mine => mine.LeasedUntil, now + Lease),
                cancellationToken
            );
        (Position, _generation, _epoch) = (row.Position, row.Generation, row.Epoch + 1);
        if (taken == 0)
            return false;
        await Head(db, cancellationToken);
        return true;
    }

    /// <summary>Applies the next events, and moves the checkpoint past them in the same transaction.</summary>
    /// <param name="db">A new context.</param>
    /// <param name="limit">The maximum number of events.</param>
    /// <param name="cancellationToken">Cancels the operation; the transaction then either committed or did not.</param>
    /// <param name="inParallel">Runs a query with another new context, to read the next batch ahead; null reads none ahead.</param>
    /// <returns>How many events were applied. As many as the limit means that there may be more.</returns>
    /// <exception cref="LeaseLostException">Another process reads now.</exception>
    public async Task<int> Read(
        DbContext db,
        int limit,
        CancellationToken cancellationToken,
        Func<Func<DbContext, Task<Batch>>, Task<Batch>>? inParallel = null
    )
    {
        if (await TakeAhead(limit) is not { } batch)
        {
            var head = await Head(db, cancellationToken);
            if (head == Position)
                return 0;
            batch = await Fetch(db, Position, head, limit, cancellationToken);
        }
        if (batch.Events.Count == limit && inParallel is not null)
            _ahead = (
                limit,
                Task.Run(() => inParallel(db => FetchAfter(db, batch, limit, cancellationToken)), cancellationToken)
            );
        try
        {
            if (batch.Events.Count > 0)
                await projection.Apply(db, _generation, batch.Events, cancellationToken);
            await Save(db, batch.UpTo, cancellationToken);
        }
        catch
        {
            await DisposeAsync();
            throw;
        }
        // The rows grow fast while the reader is behind: statistics that were right become wrong each time they have doubled.
        if (batch.Events.Count == limit && BitOperations.IsPow2(++_fullBatches))
            await projection.UpdateStatistics(db, cancellationToken);
        return batch.Events.Count;
    }

    /// <summary>Parks the next event, or stops before it, as the projection declares.</summary>
    /// <returns>The parked event; null if the subscription is stopped.</returns>
    public async Task<ParkedEvent?> ParkNext(DbContext db, Exception error, CancellationToken cancellationToken)
    {
        var head = await Head(db, cancellationToken);
        if ((await Next(db, Position, head, 1, cancellationToken)) is not [var failed])
            throw new InvalidOperationException($"There is no event after position {Position}.", error);
        if (projection.FailedEvents == FailedEvents.Stop)
        {
            await Stop(db, Describe(error, $"Position {failed.Position}: "), cancellationToken);
            return null;
        }
        var parked = new ParkedEvent
        {
            Subscription = projection.Name,
            Generation = _generation,
            Position = failed.Position!.Value,
            EventId = failed.EventId,
            EventType = failed.EventType,
            Version = failed.Version,
            StreamId = failed.StreamId,
            Error = Describe(error),
            ParkedAt = clock.GetUtcNow(),
        };
        db.Add(parked);
        await Save(db, parked.Position, cancellationToken);
        return parked;
    }

    /// <summary>Returns the next parked event that an operator wants to be retried; null if there is none.</summary>
    public Task<ParkedEvent?> NextToRetry(DbContext db, CancellationToken cancellationToken) =>
        db.Set<ParkedEvent>()
            .AsNoTracking()
            .Where(row =>
                row.Subscription == projection.Name && row.Generation == _generation && row.RetryRequestedAt != null
            )
            .OrderBy(row => row.Position)
            .FirstOrDefaultAsync(cancellationToken);

    /// <summary>Applies a parked event; it is then no longer parked.</summary>
    /// <exception cref="LeaseLostException">Another process reads now.</exception>
    public async Task Retry(DbContext db, ParkedEvent parked, CancellationToken cancellationToken)
    {
        var logged =
            await db.EventAt(parked.Position, cancellationToken)
            ?? throw new InvalidOperationException($"There is no event at position {parked.Position}.");
        db.Remove(parked);
        await projection.Apply(db, _generation, [Decode(logged)], cancellationToken);
        await Save(db, Position, cancellationToken);
    }

    /// <summary>Records that a parked event has failed again.</summary>
    public static Task RecordFailure(
        DbContext db,
        ParkedEvent parked,
        Exception error,
        CancellationToken cancellationToken
    ) =>
        db.Set<ParkedEvent>()
            .Where(row =>
                row.Subscription == parked.Subscription
                && row.Generation == parked.Generation
                && row.Position == parked.Position
            )
            .ExecuteUpdateAsync(
                set =>
                    set.SetProperty(row => row.Error, Describe(error))
                        .SetProperty(row => row.RetryRequestedAt, (DateTimeOffset?)null),
                cancellationToken
            );

    /// <summary>Makes the replay's generation the live one, if it has read as far as the live one.</summary>
    /// <returns>False if it has not.</returns>
    /// <exception cref="LeaseLostException">Another process runs the replay now.</exception>
    public async Task<bool> MakeLive(DbContext db, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        await using var transaction = await db.Database.BeginTransactionAsync(cancellationToken);
        // The replay first, as when it is cancelled: two transactions that lock rows in the same order cannot deadlock.
        var completed = await db.Set<Replay>()
            .Where(row => row.Id == replay!.Id && row.Status == Replay.Running)
            .ExecuteUpdateAsync(
                set =>
                    set.SetProperty(row => row.Status, Replay.Completed)
                        .SetProperty(row => row.Position, Position)
                        .SetProperty(row => row.FinishedAt, now),
                cancellationToken
            );
        // The reader of the live generation loses its lease with it. A stopped one is replaced wherever it is.
        var replaced = await db.Set<Subscription>()
            .Where(live => live.Name == projection.Name && live.IsLive)
            .Where(live => live.Position <= Position || live.StoppedBecause != null)
            .ExecuteUpdateAsync(
                set =>
                    set.SetProperty(live => live.IsLive, false).SetProperty(live => live.Epoch, live => live.Epoch + 1),
                cancellationToken
            );
        if (replaced == 0)
            return false;
        var made = await db.Set<Subscription>()
            .Where(mine => mine.Name == projection.Name && mine.Generation == _generation && mine.Epoch == _epoch)
            .ExecuteUpdateAsync(
                set => set.SetProperty(mine => mine.IsLive, true).SetProperty(mine => mine.LeasedUntil, now),
                cancellationToken
            );
        if (made == 0 || completed == 0)
            throw new LeaseLostException(projection.Name);
        await transaction.CommitAsync(cancellationToken);
        return true;
    }

    /// <summary>Extends the lease while there is nothing to read.</summary>
    /// <exception cref="LeaseLostException">Another process reads now.</exception>
    public Task Renew(DbContext db, CancellationToken cancellationToken) =>
        UpdateLease(db, clock.GetUtcNow() + Lease, null, cancellationToken);

    /// <summary>Waits for a batch that is being read ahead, and discards it. The reader can still be used.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_ahead is not var (_, batch))
            return;
        _ahead = null;
        // Its failure says nothing: the batch is read again, or it is not wanted.
        await ((Task)batch).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    /// <summary>Ends the lease, so that another process need not wait for its end.</summary>
    public async Task Release(DbContext db, CancellationToken cancellationToken)
    {
        try
        {
            await UpdateLease(db, clock.GetUtcNow(), null, cancellationToken);
        }
        catch (LeaseLostException)
        {
            // Another process has it already.
        }
    }

    async Task Add(DbContext db, CancellationToken cancellationToken)
    {
        var row = db.Add(
            new Subscription
            {
                Name = projection.Name,
                Generation = 1,
                IsLive = true,
            }
        );
        try
        {
            await db.SaveChangesAsync(cancellationToken);
        }
        catch (DbUpdateException exception) when (DatabaseConflicts.IsDuplicateKey(exception))
        {
            // Another process has added it.
        }
        row.State = EntityState.Detached;
    }

    Task Stop(DbContext db, string because, CancellationToken cancellationToken) =>
        UpdateLease(db, clock.GetUtcNow(), because, cancellationToken);

    async Task UpdateLease(DbContext db, DateTimeOffset until, string? because, CancellationToken cancellationToken)
    {
        var updated = await db.Set<Subscription>()
            .Where(row => row.Name == projection.Name && row.Generation == _generation && row.Epoch == _epoch)
            .ExecuteUpdateAsync(
                set =>
                    set.SetProperty(row => row.LeasedUntil, until)
                        .SetProperty(row => row.StoppedBecause, row => because ?? row.StoppedBecause),
                cancellationToken
            );
        if (updated == 0)
            throw new LeaseLostException(projection.Name);
    }

    // All events up to the head are visible, because one transaction numbers events and moves the head.
    async Task<long> Head(DbContext db, CancellationToken cancellationToken)
    {
        var head = await db.Set<LogHead>().Select(row => row.Position).SingleAsync(cancellationToken);
        if (head >= Position)
            return head;
        var beyond = new CheckpointBeyondEndException(projection.Name, Position, head);
        await Stop(db, beyond.Message, cancellationToken);
        throw beyond;
    }

    async Task<Batch?> TakeAhead(int limit)
    {
        if (_ahead is not var (aheadLimit, ahead))
            return null;
        _ahead = null;
        var batch = await ahead;
        // After a failure the events are read one by one, and a parked event moves the checkpoint.
        return aheadLimit == limit && batch.After == Position && batch.Events.Count > 0 ? batch : null;
    }

    async Task<Batch> FetchAfter(DbContext db, Batch last, int limit, CancellationToken cancellationToken)
    {
        var head = await db.Set<LogHead>().Select(row => row.Position).SingleAsync(cancellationToken);
        return await Fetch(db, last.UpTo, Math.Max(head, last.UpTo), limit, cancellationToken);
    }

    async Task<Batch> Fetch(DbContext db, long after, long head, int limit, CancellationToken cancellationToken)
    {
        var events = await Next(db, after, head, limit, cancellationToken);
        return new Batch(after, events.Count < limit ? head : events[^1].Position!.Value, events.ConvertAll(Decode));
    }

    Task<List<LoggedEvent>> Next(DbContext db, long after, long head, int limit, CancellationToken cancellationToken) =>
        db.ReadNumbered(
            new EventFilter(after, projection.StreamId, [.. _wanted.Select(versions => versions.Key)], UpTo: head),
            limit,
            cancellationToken
        );

    async Task Save(DbContext db, long position, CancellationToken cancellationToken)
    {
        var checkpoint = db.Attach(
            new Subscription
            {
                Name = projection.Name,
                Generation = _generation,
                Position = Position,
                Epoch = _epoch,
            }
        ).Entity;
        checkpoint.Position = position;
        checkpoint.LeasedUntil = clock.GetUtcNow() + Lease;
        try
        {
            await db.SaveChangesAsync(cancellationToken);
        }
        catch (DbUpdateException exception)
        {
            // What another process has written meanwhile may conflict before the checkpoint does.
            if (await IsLost(db, cancellationToken))
                throw new LeaseLostException(projection.Name, exception);
            throw;
        }
        Position = position;
    }

    async Task<bool> IsLost(DbContext db, CancellationToken cancellationToken) =>
        !await db.Set<Subscription>()
            .AnyAsync(
                row =>
                    row.Name == projection.Name
                    && row.Generation == _generation
                    && row.Epoch == _epoch
                    && row.Position == Position,
                cancellationToken
            );

    ReadEvent Decode(LoggedEvent row)
    {
        var versions = _wanted[row.EventType].ToList();
        var wanted = versions.Find(version => version.Version == row.Version) ?? versions[^1];
        return new ReadEvent(row, catalogue.Read(row, wanted) ?? throw new UnknownEventException(row));
    }

    // A text that the database refuses would keep the subscription from parking the event, or from stopping.
    static string Describe(Exception error, string where = "")
    {
        var cause = error.GetBaseException();
        var text = $"{where}{cause.GetType().Name}: {cause.Message}".Replace('\0', '\uFFFD');
        if (text.Length <= Subscription.MaxErrorLength)
            return text;
        var isPairCut = char.IsHighSurrogate(text[Subscription.MaxErrorLength - 1]);
        return text[..(isPairCut ? Subscription.MaxErrorLength - 1 : Subscription.MaxErrorLength)];
    }

    /// <summary>Events that are applied together.</summary>
    /// <param name="After">They are the next that the projection reads after this position.</param>
    /// <param name="UpTo">The checkpoint when they are applied.</param>
    /// <param name="Events">The events, in order.</param>
    public sealed record Batch(long After, long UpTo, IReadOnlyList<ReadEvent> Events);
}

/// <summary>Another process has taken over a subscription; nothing was written.</summary>
public sealed class LeaseLostException(string subscription, Exception? inner = null)
    : Exception($"Another process reads the subscription {subscription} now.", inner);

/// <summary>
/// A subscription has read further than the log reaches: the log was restored from an older backup, or is another one.
/// </summary>
public sealed class CheckpointBeyondEndException(string subscription, long position, long head)
    : Exception(
        $"The subscription {subscription} has read up to position {position}, but the event log ends at {head}: was an older backup restored?"
    );
