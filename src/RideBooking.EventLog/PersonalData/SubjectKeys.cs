using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Caching.Memory;

namespace RideBooking.EventLog.PersonalData;

/// <summary>Finds the keys to write events with, and creates a rider's key with their first event.</summary>
/// <remarks>
/// Keys are kept in memory only to write. A value written with a key that another process has destroyed meanwhile is
/// unreadable, as it should be. Readers never use these keys; they read the stored ones.
/// </remarks>
public sealed class SubjectKeys : IDisposable
{
    const int MaxKeys = 50_000;

    // In place of a destroyed key.
    static readonly byte[] s_forgotten = [];
    static readonly TimeSpan s_keep = TimeSpan.FromMinutes(10);

    // The keys that a context has created in its open transaction. They are kept when it has committed: after a rollback, events
    // would be written with a key that is not stored.
    static readonly ConditionalWeakTable<DbContext, Created> s_created = [];

    readonly MemoryCache _known = new(new MemoryCacheOptions { SizeLimit = MaxKeys });

    /// <summary>Returns the keys in memory; an empty one for a rider who was forgotten.</summary>
    internal Dictionary<string, byte[]> Known(IEnumerable<string> subjects)
    {
        var known = new Dictionary<string, byte[]>(StringComparer.Ordinal);
        foreach (var subject in subjects)
            if (_known.TryGetValue(subject, out byte[]? key))
                known[subject] = key!;
        return known;
    }

    /// <summary>Queries the stored keys.</summary>
    internal static IQueryable<SubjectKey> Stored(DbContext db, IReadOnlyCollection<string> subjects) =>
        db.Set<SubjectKey>().AsNoTracking().Where(row => subjects.Contains(row.Subject));

    /// <summary>Keeps the stored key in memory, unless the context's own transaction has created it.</summary>
    internal byte[] Keep(DbContext db, SubjectKey stored)
    {
        var key = stored.Key ?? s_forgotten;
        if (!s_created.TryGetValue(db, out var created) || !created.Keys.ContainsKey(stored.Subject))
            Keep(stored.Subject, key);
        return key;
    }

    void Keep(string subject, byte[] key) =>
        _known.Set(subject, key, new MemoryCacheEntryOptions { Size = 1, AbsoluteExpirationRelativeToNow = s_keep });

    /// <summary>Adds a new key for a rider to the context, to be saved with the rider's first event.</summary>
    /// <remarks>If another transaction does so at the same time, one of them fails with a duplicate key, and is retried.</remarks>
    internal static byte[] Create(DbContext db, string subject, DateTimeOffset at)
    {
        // A SaveChanges that failed has left its key in the context.
        var entry =
            db.ChangeTracker.Entries<SubjectKey>().FirstOrDefault(entry => entry.Entity.Subject == subject)
            ?? db.Entry(
                new SubjectKey
                {
                    Subject = subject,
                    Key = RandomNumberGenerator.GetBytes(SubjectKey.Length),
                    CreatedAt = at,
                }
            );
        entry.State = EntityState.Added;
        var key = entry.Entity.Key ?? s_forgotten;
        s_created.GetValue(db, db => new(db.Database.CurrentTransaction?.TransactionId, [])).Keys[subject] = key;
        return key;
    }

    /// <summary>
    /// Forgets the keys of an earlier transaction of the context. A transaction that is disposed of without an end is not reported.
    /// </summary>
    internal static void Saving(DbContext db)
    {
        if (
            s_created.TryGetValue(db, out var earlier)
            && (db.Database.CurrentTransaction is not { } current || current.TransactionId != earlier.TransactionId)
        )
            s_created.Remove(db);
    }

    /// <summary>Keeps the keys in memory that the context's transaction has created and committed.</summary>
    internal void Committed(DbContext db, Guid transactionId)
    {
        if (!s_created.TryGetValue(db, out var created))
            return;
        s_created.Remove(db);
        if (!created.IsRolledBackInPart && (created.TransactionId is null || created.TransactionId == transactionId))
            foreach (var (subject, key) in created.Keys)
                Keep(subject, key);
    }

    /// <summary>
    /// Notes that a part of the context's transaction was rolled back. Its commit does not show which keys are stored, so none is
    /// kept.
    /// </summary>
    internal static void RolledBackInPart(DbContext db)
    {
        if (s_created.TryGetValue(db, out var created))
            created.IsRolledBackInPart = true;
    }

    /// <summary>Forgets the keys that the context has created in a transaction that was rolled back.</summary>
    internal static void RolledBack(DbContext db) => s_created.Remove(db);

    /// <inheritdoc />
    public void Dispose() => _known.Dispose();

    /// <param name="TransactionId">The caller's transaction; null for the one that SaveChanges begins automatically.</param>
    /// <param name="Keys">The keys by subject.</param>
    sealed record Created(Guid? TransactionId, Dictionary<string, byte[]> Keys)
    {
        public bool IsRolledBackInPart { get; set; }
    }
}
