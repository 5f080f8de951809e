using Microsoft.EntityFrameworkCore;

namespace RideBooking.EventLog.Archives;

/// <summary>The archives that a step of an audit reads: as they are stored now, and not from memory.</summary>
sealed class AuditedArchives
{
    readonly Dictionary<Guid, ArchivedEvents?> _read = [];
    readonly List<DamagedArchiveException> _damaged = [];

    /// <summary>Those that cannot be read.</summary>
    public IReadOnlyList<DamagedArchiveException> Damaged => _damaged;

    /// <summary>Returns an archive's events; null if they cannot be read.</summary>
    public async Task<ArchivedEvents?> Read(
        ArchiveStore store,
        DbContext db,
        Guid id,
        CancellationToken cancellationToken
    )
    {
        if (_read.TryGetValue(id, out var known))
            return known;
        try
        {
            return _read[id] = await store.Read(db, id, cancellationToken);
        }
        catch (DamagedArchiveException damage)
        {
            _damaged.Add(damage);
            return _read[id] = null;
        }
    }
}
