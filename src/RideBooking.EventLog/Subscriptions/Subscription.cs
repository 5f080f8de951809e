using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace RideBooking.EventLog.Subscriptions;

/// <summary>How far a generation of a subscription has read the log, and which process reads it.</summary>
/// <remarks>
/// The position is written in the transaction that writes what was read, so each event takes effect exactly once. The position
/// and the epoch are concurrency tokens: a process that has lost its lease without noticing can write nothing.
/// </remarks>
public sealed class Subscription
{
    /// <summary><see cref="IProjection.Name"/>.</summary>
    public required string Name { get; init; }

    /// <summary>The generation of the projection's rows, from 1. Each replay makes a new one.</summary>
    public required int Generation { get; init; }

    /// <summary>Whether queries see this generation. One generation is live, except before the first was added.</summary>
    public bool IsLive { get; set; }

    /// <summary>The position of the last event that was read; 0 before the first.</summary>
    public long Position { get; set; }

    /// <summary>Rises whenever another process takes over: the fencing token of the lease.</summary>
    public long Epoch { get; set; }

    /// <summary>The process that reads, or read last.</summary>
    public string? Owner { get; set; }

    /// <summary>The end of the owner's lease. After it, another process may take over.</summary>
    public DateTimeOffset LeasedUntil { get; set; }

    /// <summary>Why the subscription is stopped; null while it reads.</summary>
    public string? StoppedBecause { get; set; }

    /// <summary>The maximum length of <see cref="StoppedBecause"/> and <see cref="ParkedEvent.Error"/>.</summary>
    public const int MaxErrorLength = 2000;

    /// <summary>The maximum length of <see cref="Name"/>.</summary>
    public const int MaxNameLength = 50;

    internal sealed class Mapping : IEntityTypeConfiguration<Subscription>
    {
        public void Configure(EntityTypeBuilder<Subscription> builder)
        {
            builder.ToTable("subscriptions", EventLogModel.Schema);
            builder.HasKey(row => new { row.Name, row.Generation });
            builder.Property(row => row.Name).HasMaxLength(MaxNameLength);
            builder.Property(row => row.Position).IsConcurrencyToken();
            builder.Property(row => row.Epoch).IsConcurrencyToken();
            builder.Property(row => row.Generation).ValueGeneratedNever();
            builder.Property(row => row.Owner).HasMaxLength(100);
            builder.Property(row => row.StoppedBecause).HasMaxLength(MaxErrorLength);
        }
    }
}
