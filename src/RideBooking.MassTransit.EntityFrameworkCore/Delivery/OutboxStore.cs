using System.Globalization;
using System.Linq.Expressions;
using System.Text;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace MassTransit.EntityFrameworkCoreIntegration;

/// <summary>Reads and writes the rows that the delivery works on.</summary>
/// <remarks>Each operation is one statement or one short transaction, and none is open while a message is sent.</remarks>
sealed class OutboxStore<TDbContext>(
    IServiceScopeFactory scopes,
    OutboxSettings<TDbContext> settings,
    TimeProvider clock
)
    where TDbContext : DbContext
{
    const int MaxErrorLength = 2000;

    // Keys per statement: SQL Server allows 2100 parameters, and a short list is planned only once.
    const int KeysPerStatement = 100;
    static readonly TimeSpan MaxBackoff = TimeSpan.FromMinutes(1);

    // A process that leaves the bus outbox to another process sweeps only a part, so it must not keep the other one from
    // sweeping.
    static readonly Guid LeaseOverAll = new("6a5f0d52-0b0a-4b8e-9d0e-0d7f0c1a0001");
    static readonly Guid LeaseOverInbox = new("6a5f0d52-0b0a-4b8e-9d0e-0d7f0c1a0002");

    readonly Guid _lease = settings.OfBus(settings.DeliversBusOutbox ? LeaseOverAll : LeaseOverInbox);

    /// <summary>Identifies this process, as the holder of a lease or as the handler of a message.</summary>
    public Guid ProcessId { get; } = Guid.CreateVersion7();

    /// <summary>Returns the oldest messages that were left behind, in the order in which they were written.</summary>
    public async Task<List<OutboxMessage>> Due(CancellationToken cancellationToken)
    {
        var due = await Read(
            outbox =>
            {
                var now = Now();
                // No process defers a message for longer. A later time comes from a process whose clock was ahead, and which
                // may have ended.
                var latest = now + settings.GracePeriod + MaxBackoff;

                // Two index ranges in one statement: a single condition would scan the index.
                return Oldest(message => message.NextAttemptTime <= now)
                    .Concat(Oldest(message => message.NextAttemptTime > latest));

                IQueryable<OutboxMessage> Oldest(Expression<Func<OutboxMessage, bool>> when)
                {
                    var due = outbox.Where(message => message.BusName == settings.BusName).Where(when);
                    if (!settings.DeliversBusOutbox)
                        due = due.Where(message => message.InboxMessageId != null);

                    return due.WithoutPredecessors(outbox)
                        .OrderBy(message => message.NextAttemptTime)
                        .ThenBy(message => message.SequenceNumber)
                        .Take(settings.QueryMessageLimit);
                }
            },
            cancellationToken
        );

        return [.. due.OrderBy(message => message.NextAttemptTime).ThenBy(message => message.SequenceNumber)];
    }

    /// <summary>Whether a sweeper sends the message if it is committed.</summary>
    public bool IsDue(OutboxMessage message) => message.NextAttemptTime <= Now();

    /// <summary>Returns those of these messages that are committed and not yet deleted.</summary>
    public async Task<HashSet<Guid>> Existing(IEnumerable<Guid> messages, CancellationToken cancellationToken)
    {
        var existing = new HashSet<Guid>();
        foreach (var keys in messages.Chunk(KeysPerStatement))
        {
            await using var scope = scopes.CreateAsyncScope();
            var ids = await Context(scope)
                .Set<OutboxMessage>()
                .Where(message => keys.Contains(message.Id))
                .Select(message => message.Id)
                .ToListAsync(cancellationToken);
            existing.UnionWith(ids);
        }

        return existing;
    }

    /// <summary>Records why a message could not be sent, and when to retry it: after one, two, four… seconds.</summary>
    public Task Postpone(OutboxMessage message, Exception reason, CancellationToken cancellationToken)
    {
        var next = Now() + Backoff(message.AttemptCount);
        var error = $"{reason.GetType().Name}: {reason.Message}";
        error = Storable(error);

        return Write(
            context =>
                context
                    .Set<OutboxMessage>()
                    .Where(row => row.Id == message.Id)
                    .ExecuteUpdateAsync(
                        row =>
                            row.SetProperty(m => m.AttemptCount, m => m.AttemptCount + 1)
                                .SetProperty(m => m.NextAttemptTime, next)
                                .SetProperty(m => m.LastError, error),
                        cancellationToken
                    ),
            cancellationToken
        );
    }

    /// <summary>
    /// Makes a text storable in every database: limits its length, without U+0000 and without half a surrogate pair.
    /// </summary>
    /// <remarks>The text of an exception may quote anything.</remarks>
    internal static string Storable(string text)
    {
        if (text.Length > MaxErrorLength)
        {
            var kept = 0;
            while (StringInfo.GetNextTextElementLength(text.AsSpan(kept)) is var next && kept + next <= MaxErrorLength)
                kept += next;
            text = text[..kept];
        }

        // Encoding and decoding replaces half a surrogate pair with U+FFFD.
        return Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(text)).Replace('\0', '\uFFFD');
    }

    /// <summary>
    /// Postpones the messages to a destination that has accepted nothing several times, by one, two, four… seconds.
    /// </summary>
    public Task PostponeAll(Uri destination, int misses, CancellationToken cancellationToken)
    {
        var next = Now() + Backoff(misses - 1);

        return Write(
            context =>
                context
                    .Set<OutboxMessage>()
                    .Where(row =>
                        row.BusName == settings.BusName
                        && row.NextAttemptTime < next
                        && row.DestinationAddress == destination
                    )
                    // Messages that have failed before have their own retry time.
                    .Where(row => row.AttemptCount == 0)
                    .ExecuteUpdateAsync(row => row.SetProperty(m => m.NextAttemptTime, next), cancellationToken),
            cancellationToken
        );
    }

    /// <summary>Tells the sweepers of all processes that this process is about to send these messages.</summary>
    public async Task Claim(IEnumerable<Guid> messages, CancellationToken cancellationToken)
    {
        var next = Now() + settings.GracePeriod;
        foreach (var keys in messages.Chunk(KeysPerStatement))
            await Write(
                context =>
                    context
                        .Set<OutboxMessage>()
                        .Where(row => keys.Contains(row.Id))
                        .ExecuteUpdateAsync(row => row.SetProperty(m => m.NextAttemptTime, next), cancellationToken),
                cancellationToken
            );
    }

    /// <summary>Acquires or renews the sweeper's lease; returns false if another process holds it.</summary>
    public async Task<bool> TryLease(CancellationToken cancellationToken)
    {
        var now = Now();
        var expires = now + settings.LeaseDuration;
        if (await Renew() > 0)
            return true;

        try
        {
            return await Write(
                    async context =>
                    {
                        if (
                            await context
                                .Set<OutboxState>()
                                .AnyAsync(lease => lease.OutboxId == _lease, cancellationToken)
                        )
                            return 0;

                        context.Add(
                            new OutboxState
                            {
                                OutboxId = _lease,
                                LockId = ProcessId,
                                Created = now,
                                Expires = expires,
                            }
                        );
                        return await context.SaveChangesAsync(cancellationToken);
                    },
                    cancellationToken
                ) > 0;
        }
        catch (Exception exception) when (DatabaseConflicts.IsDuplicateKey(exception))
        {
            return false;
        }

        Task<int> Renew() =>
            Write(
                context =>
                    context
                        .Set<OutboxState>()
                        .Where(lease =>
                            lease.OutboxId == _lease
                            // A lease that expires later than any valid one was written by a process whose clock was ahead.
                            && (
                                lease.LockId == ProcessId
                                || lease.Expires <= now
                                || lease.Expires > expires + MaxBackoff
                            )
                        )
                        .ExecuteUpdateAsync(
                            lease => lease.SetProperty(l => l.LockId, ProcessId).SetProperty(l => l.Expires, expires),
                            cancellationToken
                        ),
                cancellationToken
            );
    }

    /// <summary>Releases the lease, so that another process need not wait until it expires.</summary>
    public Task EndLease(CancellationToken cancellationToken) =>
        Write(
            context =>
                context
                    .Set<OutboxState>()
                    .Where(lease => lease.OutboxId == _lease && lease.LockId == ProcessId)
                    .ExecuteDeleteAsync(cancellationToken),
            cancellationToken
        );

    /// <summary>Deletes the oldest inbox entries that are older than the window, about as many as the limit allows.</summary>
    /// <remarks>It selects them by age alone, which uses an index; selecting by key would scan the whole inbox.</remarks>
    public Task<int> DeleteExpiredEntries(CancellationToken cancellationToken)
    {
        var expired = Now() - settings.DuplicateDetectionWindow;

        return Write(
            async context =>
            {
                var entries = context.Set<InboxState>();
                var last = await entries
                    .Where(entry => entry.Received < expired)
                    .OrderBy(entry => entry.Received)
                    .Skip(settings.QueryMessageLimit - 1)
                    .Select(entry => (DateTime?)entry.Received)
                    .FirstOrDefaultAsync(cancellationToken);
                return await (
                    last is { } received
                        ? entries.Where(entry => entry.Received <= received)
                        : entries.Where(entry => entry.Received < expired)
                ).ExecuteDeleteAsync(cancellationToken);
            },
            cancellationToken
        );
    }

    async Task<List<OutboxMessage>> Read(
        Func<IQueryable<OutboxMessage>, IQueryable<OutboxMessage>> query,
        CancellationToken cancellationToken
    )
    {
        await using var scope = scopes.CreateAsyncScope();

        return await query(Context(scope).Set<OutboxMessage>().AsNoTracking()).ToListAsync(cancellationToken);
    }

    // A transaction even for one statement, because an application may serialize the writers of a database by their
    // transactions.
    async Task<int> Write(Func<TDbContext, Task<int>> write, CancellationToken cancellationToken)
    {
        await using var scope = scopes.CreateAsyncScope();
        var context = Context(scope);

        return await context
            .Database.CreateExecutionStrategy()
            .ExecuteAsync(async () =>
            {
                context.ChangeTracker.Clear();
                await using var transaction = await context.Database.BeginTransactionAsync(cancellationToken);
                var rows = await write(context);
                await transaction.CommitAsync(cancellationToken);
                return rows;
            });
    }

    static TimeSpan Backoff(int failures)
    {
        var backoff = TimeSpan.FromSeconds(Math.Pow(2, Math.Min(failures, 6)));
        return backoff < MaxBackoff ? backoff : MaxBackoff;
    }

    TDbContext Context(AsyncServiceScope scope)
    {
        var context = scope.ServiceProvider.GetRequiredService<TDbContext>();
        context.Database.SetCommandTimeout(settings.QueryTimeout);
        return context;
    }

    DateTime Now() => clock.GetUtcNow().UtcDateTime;
}
