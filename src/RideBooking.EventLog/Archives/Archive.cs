using System.Security.Cryptography;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace RideBooking.EventLog.Archives;

/// <summary>Events of finished streams, compressed, in this row or in a file.</summary>
/// <remarks>The row is committed together with the deletion of its events from the log's table.</remarks>
public sealed class Archive
{
    /// <summary>The archive.</summary>
    public required Guid Id { get; init; }

    /// <summary>The position of its first event.</summary>
    public required long FirstPosition { get; init; }

    /// <summary>The position of its last event. Events of other streams may lie between the two.</summary>
    public required long LastPosition { get; init; }

    /// <summary>The time of its latest event.</summary>
    public required DateTimeOffset LastTimestamp { get; init; }

    /// <summary>How many events it has.</summary>
    public required int Events { get; init; }

    /// <summary>How many streams these are from.</summary>
    public required int Streams { get; init; }

    /// <summary>Its compressed size in bytes.</summary>
    public required int Size { get; init; }

    /// <summary>The SHA-256 of its compressed events.</summary>
    public required byte[] Sha256 { get; init; }

    /// <summary>When it was written.</summary>
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>Its compressed events; null if they are in a file.</summary>
    public required byte[]? Data { get; init; }

    internal sealed class Mapping : IEntityTypeConfiguration<Archive>
    {
        public void Configure(EntityTypeBuilder<Archive> builder)
        {
            builder.ToTable("archives", EventLogModel.Schema);
            builder.HasKey(row => row.Id);
            builder.Property(row => row.Id).ValueGeneratedNever();
            builder.Property(row => row.Sha256).HasMaxLength(SHA256.HashSizeInBytes);
            builder.HasIndex(row => row.FirstPosition);
        }
    }
}

/// <summary>An archive that has events of a stream. A stream with late events is in several.</summary>
public sealed class StreamArchive
{
    /// <summary>The stream.</summary>
    public required string StreamId { get; init; }

    /// <summary>The archive.</summary>
    public required Guid ArchiveId { get; init; }

    internal sealed class Mapping : IEntityTypeConfiguration<StreamArchive>
    {
        public void Configure(EntityTypeBuilder<StreamArchive> builder)
        {
            builder.ToTable("archived_streams", EventLogModel.Schema);
            builder.HasKey(row => new { row.StreamId, row.ArchiveId });
            builder.Property(row => row.StreamId).HasMaxLength(255);
            builder.HasOne<Archive>().WithMany().HasForeignKey(row => row.ArchiveId);
        }
    }
}

/// <summary>A segment of the log's positions of which an archive has some.</summary>
/// <remarks>
/// A stream may last for months. So readers find the archives of a range of positions by the segments in which the archives
/// really have events, and not by their first and last positions.
/// </remarks>
public sealed class SegmentArchive
{
    /// <summary>The number of positions in a segment.</summary>
    public const int Length = 1000;

    /// <summary>The segment: a position divided by <see cref="Length"/>.</summary>
    public required long Segment { get; init; }

    /// <summary>The archive.</summary>
    public required Guid ArchiveId { get; init; }

    /// <summary>Returns the segment of a position.</summary>
    public static long Of(long position) => position / Length;

    internal sealed class Mapping : IEntityTypeConfiguration<SegmentArchive>
    {
        public void Configure(EntityTypeBuilder<SegmentArchive> builder)
        {
            builder.ToTable("archived_segments", EventLogModel.Schema);
            builder.HasKey(row => new { row.Segment, row.ArchiveId });
            builder.HasOne<Archive>().WithMany().HasForeignKey(row => row.ArchiveId);
        }
    }
}

/// <summary>How far streams have been archived: the single row by which the hosts agree who archives.</summary>
public sealed class ArchiverState
{
    /// <summary>Always 1.</summary>
    public int Id { get; init; } = 1;

    /// <summary>Streams that end before this position have been examined.</summary>
    public long Position { get; set; }

    /// <summary>When a host may archive: after the pause between two runs, or when the lease of a host that died ends.</summary>
    public DateTimeOffset DueAt { get; set; }

    /// <summary>The archive being written. A host whose archive is no longer this one has lost its lease.</summary>
    public Guid? ArchiveId { get; set; }

    internal sealed class Mapping : IEntityTypeConfiguration<ArchiverState>
    {
        public void Configure(EntityTypeBuilder<ArchiverState> builder)
        {
            builder.ToTable("archiver", EventLogModel.Schema);
            builder.Property(row => row.Id).ValueGeneratedNever();
            builder.HasData(new ArchiverState());
        }
    }
}

/// <summary>Tells which streams will hardly get further events, so that they may be archived.</summary>
/// <remarks>A stream that gets an event after all continues as before, and is archived again later.</remarks>
public interface IFinishedStreams
{
    /// <summary>Returns those of the streams that are finished.</summary>
    Task<IReadOnlyCollection<string>> Among(IReadOnlyCollection<string> streamIds, CancellationToken cancellationToken);
}

/// <summary>An archive whose events cannot be read: changed, lost, or not accessible.</summary>
public sealed class DamagedArchiveException(Archive archive, string found, Exception? inner = null)
    : Exception(
        $"The archive {archive.Id} with {archive.Events} events from position {archive.FirstPosition} to {archive.LastPosition} cannot be read: {found}.",
        inner
    )
{
    /// <summary>The archive, without its data.</summary>
    public Archive Archive { get; } = archive;

    /// <summary>What was found in its place.</summary>
    public string Found { get; } = found;

    /// <summary>Whether a position may be one of the archive's events.</summary>
    public bool Covers(long position) => position >= Archive.FirstPosition && position <= Archive.LastPosition;
}
