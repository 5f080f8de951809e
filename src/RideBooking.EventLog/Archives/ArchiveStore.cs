using System.Security.Cryptography;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.Extensions.DependencyInjection;

namespace RideBooking.EventLog.Archives;

/// <summary>Reads and writes the compressed events of archives.</summary>
/// <param name="folder">The folder of the archives in files, which all hosts share; null to write into the database.</param>
public sealed class ArchiveStore(string? folder)
{
    // About 1,200 events each. A replay reads archives that overlap, in the order of positions.
    const int MaxCached = 32;

    static readonly ArchiveStore s_inDatabase = new(folder: null);

    readonly LinkedList<(Guid Id, ArchivedEvents Events)> _cached = [];
    readonly Lock _changing = new();

    /// <summary>Returns the store of the context's application.</summary>
    internal static ArchiveStore Of(DbContext db) =>
        db.GetService<IDbContextOptions>()
            .FindExtension<CoreOptionsExtension>()
            ?.ApplicationServiceProvider?.GetService<ArchiveStore>()
        ?? s_inDatabase;

    /// <summary>Writes an archive's events to its file, if archives are in files.</summary>
    /// <remarks>
    /// A file counts once the row of its archive is committed. Until then no reader knows its name, so it needs no temporary one.
    /// </remarks>
    /// <returns>What is stored in the row instead.</returns>
    internal async Task<byte[]?> Write(Guid id, byte[] compressed, CancellationToken cancellationToken)
    {
        if (folder is null)
            return compressed;
        Directory.CreateDirectory(folder);
        await using var file = new FileStream(PathOf(id), FileMode.CreateNew);
        await file.WriteAsync(compressed, cancellationToken);
        file.Flush(flushToDisk: true);
        return null;
    }

    /// <summary>Deletes the file of an archive that was not committed, if there is one.</summary>
    internal void Delete(Guid id)
    {
        if (folder is not null && File.Exists(PathOf(id)))
            File.Delete(PathOf(id));
    }

    /// <summary>Returns an archive's events, from memory if they were read before.</summary>
    /// <exception cref="DamagedArchiveException">They cannot be read.</exception>
    internal async Task<ArchivedEvents> Load(DbContext db, Guid id, CancellationToken cancellationToken)
    {
        lock (_changing)
            for (var node = _cached.First; node is not null; node = node.Next)
                if (node.Value.Id == id)
                {
                    _cached.Remove(node);
                    _cached.AddFirst(node);
                    return node.Value.Events;
                }
        var events = await Read(db, id, cancellationToken);
        lock (_changing)
        {
            _cached.AddFirst((id, events));
            if (_cached.Count > MaxCached)
                _cached.RemoveLast();
        }
        return events;
    }

    /// <summary>Reads and verifies an archive's events.</summary>
    /// <exception cref="DamagedArchiveException">They cannot be read.</exception>
    internal async Task<ArchivedEvents> Read(DbContext db, Guid id, CancellationToken cancellationToken)
    {
        var archive = await db.Set<Archive>().AsNoTracking().SingleAsync(row => row.Id == id, cancellationToken);
        try
        {
            var compressed = archive.Data ?? await File.ReadAllBytesAsync(PathOf(id), cancellationToken);
            var hash = SHA256.HashData(compressed);
            return hash.AsSpan().SequenceEqual(archive.Sha256)
                ? ArchivedEvents.Decompress(compressed)
                : throw new InvalidDataException($"its SHA-256 is {Convert.ToHexStringLower(hash)}");
        }
        catch (Exception exception)
            when (exception is IOException or InvalidDataException or UnauthorizedAccessException)
        {
            throw new DamagedArchiveException(archive, exception.Message, exception);
        }
    }

    string PathOf(Guid id) =>
        Path.Combine(
            folder ?? throw new IOException("it is in a file, but EventLog:ArchiveFolder is not set"),
            $"events-{id}.jsonl.gz"
        );
}
