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

    /// <summary>In place of a destroyed key.</summary>
    internal static readonly byte[] Forgotten = [];

    static readonly TimeSpan s_keep = TimeSpan.FromMinutes(10);

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

    /// <summary>Keeps stored keys in memory.</summary>
    internal void Keep(IReadOnlyDictionary<string, byte[]> stored)
    {
        foreach (var (subject, key) in stored)
            _known.Set(
                subject,
                key,
                new MemoryCacheEntryOptions { Size = 1, AbsoluteExpirationRelativeToNow = s_keep }
            );
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
        return entry.Entity.Key ?? Forgotten;
    }

    /// <inheritdoc />
    public void Dispose() => _known.Dispose();
}
