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

    // Whose keys a context has created in its open transaction. They are not kept: a rollback would leave events with a key
    // that is not stored.
    static readonly ConditionalWeakTable<DbContext, HashSet<string>> s_created = [];

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
        if (!s_created.TryGetValue(db, out var created) || !created.Contains(stored.Subject))
            _known.Set(
                stored.Subject,
                key,
                new MemoryCacheEntryOptions { Size = 1, AbsoluteExpirationRelativeToNow = s_keep }
            );
        return key;
    }

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
        s_created.GetOrCreateValue(db).Add(subject);
        return entry.Entity.Key ?? s_forgotten;
    }

    /// <summary>Notes that the context's transaction has ended.</summary>
    internal static void Ended(DbContext db) => s_created.Remove(db);

    /// <inheritdoc />
    public void Dispose() => _known.Dispose();
}
