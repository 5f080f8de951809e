using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Storage;

namespace RideBooking.EventLog;

/// <summary>The hash of an event and of all earlier ones of its stream.</summary>
/// <remarks>A row of its own, so that chaining never rewrites an event. It is written shortly after the event is numbered.</remarks>
public sealed class EventHash
{
    /// <summary>The event's position.</summary>
    public long Position { get; init; }

    /// <summary>The SHA-256 of the event's content and of the hash before it in its stream.</summary>
    public byte[] Hash { get; init; } = [];
}

/// <summary>Chains the events of each stream by their hashes, so that a later change of an event is detected.</summary>
/// <remarks>
/// The hashes follow from the events as the database returns them, with encrypted personal data: they hold after its key was
/// destroyed. Whichever process calculates one gets the same, so that
/// processes need no lock, and one that was killed is continued by any other.
/// </remarks>
public static class HashChain
{
    /// <summary>The maximum number of events chained at once.</summary>
    public const int BatchSize = 500;

    static readonly byte[] s_none = new byte[SHA256.HashSizeInBytes];

    /// <summary>Chains numbered events that have no hash yet, the oldest first, in one statement.</summary>
    /// <returns>How many were chained. Fewer than <see cref="BatchSize"/> means that none are left.</returns>
    public static async Task<int> Extend(DbContext db, CancellationToken cancellationToken)
    {
        var last = await db.LastChained(cancellationToken);
        var batch = await db.ReadLinks(last, BatchSize, cancellationToken);
        if (batch.Count == 0)
            return 0;

        var hashes = new Dictionary<(string, int), byte[]>();
        foreach (var link in batch)
        {
            var logged = link.Event;
            var previous =
                hashes.GetValueOrDefault((logged.StreamId, logged.StreamVersion!.Value - 1)) ?? link.PreviousHash;
            hashes[(logged.StreamId, logged.StreamVersion.Value)] = Of(logged, previous);
        }
        await db.Database.ExecuteSqlRawAsync(
            Insert(db, batch.Select(link => (link.Event.Position!.Value, HashOf(link.Event)))),
            cancellationToken
        );
        return batch.Count;

        byte[] HashOf(LoggedEvent logged) => hashes[(logged.StreamId, logged.StreamVersion!.Value)];
    }

    /// <summary>Returns the position of the last event that has a hash; 0 when there is none.</summary>
    public static async Task<long> LastChained(this DbContext db, CancellationToken cancellationToken) =>
        await db.Set<EventHash>().MaxAsync(row => (long?)row.Position, cancellationToken) ?? 0;

    /// <summary>Reads numbered events after a position, in order, with the hashes of those before them in their streams.</summary>
    /// <remarks>Without archived events, which all have their hashes.</remarks>
    internal static Task<List<ChainLink>> ReadLinks(
        this DbContext db,
        long after,
        int limit,
        CancellationToken cancellationToken
    ) =>
        db.Set<LoggedEvent>()
            .AsNoTracking()
            .Where(row => row.Position > after)
            .OrderBy(row => row.Position)
            .Take(limit)
            .Select(row => new ChainLink(
                row,
                db.Set<EventHash>()
                    .Where(hash => hash.Position == row.Position)
                    .Select(hash => hash.Hash)
                    .FirstOrDefault(),
                db.Set<LoggedEvent>()
                    .Where(before =>
                        before.StreamId == row.StreamId
                        && before.StreamVersion != null
                        && before.StreamVersion == row.StreamVersion - 1
                    )
                    .Join(db.Set<EventHash>(), before => before.Position, hash => hash.Position, (_, hash) => hash.Hash)
                    .FirstOrDefault()
            ))
            .ToListAsync(cancellationToken);

    /// <summary>Calculates the hash of an event.</summary>
    /// <param name="logged">The numbered event, as the database returned it.</param>
    /// <param name="previous">The hash of the event before it in its stream; null for the first.</param>
    public static byte[] Of(LoggedEvent logged, byte[]? previous) =>
        SHA256.HashData(
            Encoding.UTF8.GetBytes(
                string.Join(
                    '\n',
                    Convert.ToHexStringLower(previous ?? s_none),
                    logged.EventId,
                    logged.EventType,
                    logged.Version,
                    logged.Timestamp.UtcDateTime.ToString(
                        "yyyy-MM-dd'T'HH:mm:ss.fffffff'Z'",
                        CultureInfo.InvariantCulture
                    ),
                    logged.Source,
                    logged.StreamId,
                    logged.StreamVersion,
                    logged.Position,
                    logged.CorrelationId,
                    logged.CausationId,
                    logged.TraceParent,
                    logged.Subject,
                    logged.StoredPayload
                )
            )
        );

    // Another process may have written the same hashes meanwhile.
    internal static string Insert(DbContext db, IEnumerable<(long Position, byte[] Hash)> hashes)
    {
        var entity = db.Model.FindEntityType(typeof(EventHash))!;
        var table = db.GetService<ISqlGenerationHelper>().DelimitIdentifier(entity.GetTableName()!, entity.GetSchema());
        return db.Database.ProviderName switch
        {
            ProviderName.Postgres =>
                $"INSERT INTO {table} (position, hash) VALUES {Rows("'\\x", "'::bytea")} ON CONFLICT DO NOTHING",
            ProviderName.Sqlite =>
                $"INSERT INTO {table} (position, hash) VALUES {Rows("x'", "'")} ON CONFLICT DO NOTHING",
            ProviderName.SqlServer => $"""
                INSERT INTO {table} (position, hash)
                SELECT new.position, new.hash FROM (VALUES {Rows("0x", "")}) AS new (position, hash)
                WHERE NOT EXISTS (SELECT 1 FROM {table} AS known WITH (UPDLOCK, HOLDLOCK) WHERE known.position = new.position)
                """,
            var provider => throw new NotSupportedException($"Events cannot be chained on {provider}."),
        };

        string Rows(string before, string after) =>
            string.Join(
                ", ",
                hashes.Select(row => $"({row.Position}, {before}{Convert.ToHexString(row.Hash)}{after})")
            );
    }
}

/// <summary>An event with the hashes that it is verified by.</summary>
/// <param name="Event">The event.</param>
/// <param name="Hash">Its own hash; null when it has none.</param>
/// <param name="PreviousHash">The hash of the event before it in its stream; null when there is none.</param>
internal sealed record ChainLink(LoggedEvent Event, byte[]? Hash, byte[]? PreviousHash)
{
    /// <summary>Whether the event was read from an archive.</summary>
    public bool IsArchived { get; init; }

    /// <summary>False if an archive with events of its stream cannot be read.</summary>
    public bool IsVerifiable { get; init; } = true;
}
