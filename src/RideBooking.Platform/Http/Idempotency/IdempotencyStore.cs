using MassTransit;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using RideBooking.Platform.Messaging;
using RideBooking.Platform.Persistence;

namespace RideBooking.Platform.Http.Idempotency;

/// <summary>The result of an attempt to claim a request.</summary>
internal abstract record Claim
{
    /// <summary>The caller may carry out the request, with a lease that counts from <paramref name="Since"/>.</summary>
    /// <remarks>
    /// If the claim is taken over, an earlier attempt may have carried out the request without storing a response.
    /// </remarks>
    public sealed record Granted(Guid Id, Guid Owner, Guid RequestId, DateTimeOffset Since, bool IsTakenOver = false)
        : Claim;

    /// <summary>The request was carried out before.</summary>
    public sealed record Completed(IdempotencyKey Key) : Claim;

    /// <summary>The key was used for another request.</summary>
    public sealed record Reused : Claim;

    /// <summary>Another attempt is in progress.</summary>
    public sealed record InProgress : Claim;
}

/// <summary>Stores the claims and responses in the database.</summary>
/// <remarks>
/// Each step is one short transaction in a scope of its own, so that it neither joins nor sees what the endpoint does. Under
/// high load, responses share a transaction. An attempt that has lost its claim changes nothing: every step names the owner.
/// </remarks>
internal sealed class IdempotencyStore(IServiceScopeFactory scopes, IdempotencyOptions options, TimeProvider clock)
{
    // Losing a race for a row means that another attempt changed it. More races than this point to a fault.
    const int MaxRaces = 10;
    const int DeleteAtOnce = 1000;
    const int RenewAtOnce = 500;
    static readonly TimeSpan s_aMinute = TimeSpan.FromMinutes(1);

    /// <summary>Lets one request of a key through at a time within this process.</summary>
    /// <remarks>A retry that arrives while the first attempt is in flight waits for it here, and does not poll the database.</remarks>
    public KeyedLock<Guid> InFlight { get; } = new();

    readonly ResponseWriter _responses = new(scopes);

    public async Task<Claim> Claim(Guid id, string caller, string fingerprint, CancellationToken cancellationToken)
    {
        for (var races = 0; ; races++)
        {
            await using var scope = scopes.CreateAsyncScope();
            var db = scope.ServiceProvider.GetRequiredService<AppDbContext>();
            var now = clock.GetUtcNow();
            var fresh = new IdempotencyKey
            {
                Id = id,
                Caller = caller,
                Fingerprint = fingerprint,
                RequestId = Guid.CreateVersion7(now),
                Owner = Guid.CreateVersion7(now),
                LeaseUntil = now + options.Lease,
                CreatedAt = now,
            };
            // Nearly every key is new: the row is inserted without a query, and read only if it exists.
            var known =
                races == 0
                    ? null
                    : await db.Set<IdempotencyKey>()
                        .AsNoTracking()
                        .FirstOrDefaultAsync(key => key.Id == id, cancellationToken);
            if (known is null)
            {
                try
                {
                    db.Add(fresh);
                    await db.SaveChangesAsync(cancellationToken);
                    return new Claim.Granted(id, fresh.Owner, fresh.RequestId, now);
                }
                catch (DbUpdateException exception)
                    when (races < MaxRaces && DatabaseConflicts.IsDuplicateKey(exception))
                {
                    // This is a retry, or another attempt was faster. The next round reads the row.
                    continue;
                }
            }

            if (known.CreatedAt < now - options.Keep)
            {
                if (await Replace(db, known, fresh, cancellationToken))
                    return new Claim.Granted(id, fresh.Owner, fresh.RequestId, now);
            }
            else if (known.Fingerprint != fingerprint)
                return new Claim.Reused();
            else if (known.Status is not null)
                return new Claim.Completed(known);
            // A lease that exceeds the maximum duration was written by a host with another clock.
            else if (known.LeaseUntil > now && known.LeaseUntil <= now + options.Lease * 2)
                return new Claim.InProgress();
            else if (await TakeOver(db, known, fresh, cancellationToken))
                return new Claim.Granted(id, fresh.Owner, known.RequestId, now, IsTakenOver: true);

            if (races >= MaxRaces)
                return new Claim.InProgress();
        }
    }

    /// <summary>
    /// Takes over a claim whose attempt ended without a response, by a crash or a failure. The request id stays the same.
    /// </summary>
    static async Task<bool> TakeOver(
        AppDbContext db,
        IdempotencyKey known,
        IdempotencyKey fresh,
        CancellationToken cancellationToken
    ) =>
        await db.Set<IdempotencyKey>()
            .Where(key => key.Id == known.Id && key.Owner == known.Owner && key.Status == null)
            .ExecuteUpdateAsync(
                set =>
                    set.SetProperty(key => key.Owner, fresh.Owner).SetProperty(key => key.LeaseUntil, fresh.LeaseUntil),
                cancellationToken
            ) == 1;

    /// <summary>Replaces a row that is older than keys are kept, and not deleted yet. The request is a new one.</summary>
    static async Task<bool> Replace(
        AppDbContext db,
        IdempotencyKey known,
        IdempotencyKey fresh,
        CancellationToken cancellationToken
    ) =>
        await db.Set<IdempotencyKey>()
            .Where(key => key.Id == known.Id && key.Owner == known.Owner && key.CreatedAt == known.CreatedAt)
            .ExecuteUpdateAsync(
                set =>
                    set.SetProperty(key => key.Fingerprint, fresh.Fingerprint)
                        .SetProperty(key => key.RequestId, fresh.RequestId)
                        .SetProperty(key => key.Owner, fresh.Owner)
                        .SetProperty(key => key.LeaseUntil, fresh.LeaseUntil)
                        .SetProperty(key => key.CreatedAt, fresh.CreatedAt)
                        .SetProperty(key => key.Status, (int?)null)
                        .SetProperty(key => key.ContentType, (string?)null)
                        .SetProperty(key => key.Location, (string?)null)
                        .SetProperty(key => key.EntityTag, (string?)null)
                        .SetProperty(key => key.Body, (byte[]?)null)
                        .SetProperty(key => key.BodyTooLarge, false),
                cancellationToken
            ) == 1;

    /// <summary>Keeps the response for replay. Does nothing when the claim was lost.</summary>
    public Task Complete(Claim.Granted claim, StoredResponse response, CancellationToken cancellationToken) =>
        _responses
            .Write(claim, response, isTooLarge: response.Body.Length > options.MaxBody)
            .WaitAsync(cancellationToken);

    /// <summary>
    /// Renews the leases of claims. Claims that were lost, released or completed meanwhile stay as they are.
    /// </summary>
    public async Task Renew(
        IReadOnlyCollection<Claim.Granted> claims,
        DateTimeOffset now,
        CancellationToken cancellationToken
    )
    {
        var until = now + options.Lease;
        foreach (var batch in claims.Chunk(RenewAtOnce))
        {
            var ids = batch.Select(claim => claim.Id).ToArray();
            var owners = batch.Select(claim => claim.Owner).ToArray();
            await using var scope = scopes.CreateAsyncScope();
            await scope
                .ServiceProvider.GetRequiredService<AppDbContext>()
                .Set<IdempotencyKey>()
                .Where(key => ids.Contains(key.Id) && owners.Contains(key.Owner))
                .Where(key => key.Status == null && key.LeaseUntil > now)
                .ExecuteUpdateAsync(set => set.SetProperty(key => key.LeaseUntil, until), cancellationToken);
        }
    }

    /// <summary>Lets the next retry carry out the request.</summary>
    /// <remarks>
    /// The row stays, and with it the request id: the next attempt finds what a failed attempt has created. The lease is set
    /// to end long ago and not now, so that no pending renewal revives it.
    /// </remarks>
    public async Task Release(Claim.Granted claim, CancellationToken cancellationToken)
    {
        await using var scope = scopes.CreateAsyncScope();
        await OwnedBy(scope, claim)
            .ExecuteUpdateAsync(set => set.SetProperty(key => key.LeaseUntil, key => key.CreatedAt), cancellationToken);
    }

    /// <summary>
    /// Frees the key of a request that was refused and did nothing. The next request with the key is a new one.
    /// </summary>
    /// <remarks>
    /// If an earlier attempt ended without a response, it may have had an effect, and the request stays the same.
    /// </remarks>
    public async Task Free(Claim.Granted claim, CancellationToken cancellationToken)
    {
        if (claim.IsTakenOver)
        {
            await Release(claim, cancellationToken);
            return;
        }
        await using var scope = scopes.CreateAsyncScope();
        await OwnedBy(scope, claim).ExecuteDeleteAsync(cancellationToken);
    }

    /// <summary>
    /// Releases the claims of all requests in flight when a process starts that is the only one, and returns their number.
    /// </summary>
    /// <remarks>
    /// The process that held the claims is dead. Only requests of the last minute are released, so that the statement need
    /// not read all kept rows. An older request that was taken over shortly before waits for its lease.
    /// </remarks>
    public async Task<int> ReleaseAbandoned(CancellationToken cancellationToken)
    {
        await using var scope = scopes.CreateAsyncScope();
        var now = clock.GetUtcNow();
        var since = now - s_aMinute;
        return await scope
            .ServiceProvider.GetRequiredService<AppDbContext>()
            .Set<IdempotencyKey>()
            .Where(key => key.CreatedAt > since && key.Status == null && key.LeaseUntil > now)
            .ExecuteUpdateAsync(set => set.SetProperty(key => key.LeaseUntil, now), cancellationToken);
    }

    static IQueryable<IdempotencyKey> OwnedBy(AsyncServiceScope scope, Claim.Granted claim) =>
        OwnedBy(scope.ServiceProvider.GetRequiredService<AppDbContext>(), claim);

    /// <summary>Selects the claim's row, unless the claim was lost or is completed.</summary>
    internal static IQueryable<IdempotencyKey> OwnedBy(AppDbContext db, Claim.Granted claim) =>
        db.Set<IdempotencyKey>().Where(key => key.Id == claim.Id && key.Owner == claim.Owner && key.Status == null);

    /// <summary>
    /// Deletes responses older than they are kept, in batches that hold no lock for long, and returns their number.
    /// </summary>
    public async Task<int> DeleteExpired(CancellationToken cancellationToken)
    {
        var before = clock.GetUtcNow() - options.Keep;
        for (var total = 0; ; )
        {
            await using var scope = scopes.CreateAsyncScope();
            var deleted = await scope
                .ServiceProvider.GetRequiredService<AppDbContext>()
                .Set<IdempotencyKey>()
                .Where(key => key.CreatedAt < before)
                .OrderBy(key => key.CreatedAt)
                .Take(DeleteAtOnce)
                .ExecuteDeleteAsync(cancellationToken);
            total += deleted;
            if (deleted < DeleteAtOnce)
                return total;
        }
    }
}

/// <summary>A stored response.</summary>
internal sealed record StoredResponse(
    int Status,
    string? ContentType,
    string? Location,
    string? EntityTag,
    byte[] Body
);
