using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using RideBooking.Contracts;

namespace RideBooking.Operations.Redrives;

/// <summary>A redrive: failed messages on their way back to the queues in which they failed.</summary>
/// <remarks>
/// A cancelled or failed redrive has its <see cref="FinishedAt"/> once its remaining messages are failed messages again.
/// </remarks>
internal sealed class Redrive
{
    public required Guid Id { get; init; }

    public required string Status { get; set; }

    /// <summary>
    /// How many messages were requested. The selection is frozen: its messages in the store name this redrive.
    /// </summary>
    public required int Selected { get; init; }

    /// <summary>How many messages were sent.</summary>
    public int Sent { get; set; }

    /// <summary>How many of the requested ids were not, or no longer, failed messages.</summary>
    public required int NotFound { get; init; }

    /// <summary>How many failed messages matched but were left out, because they failed again after earlier redrives.</summary>
    public required int Quarantined { get; init; }

    /// <summary>Whether it begins with 1, 10 and 100 messages, and stops if one of them fails again.</summary>
    public required bool Canary { get; set; }

    /// <summary>The maximum number of messages per second; null for no limit.</summary>
    public required int? RatePerSecond { get; init; }

    public required string Reason { get; init; }

    public required string RequestedBy { get; init; }

    public required DateTimeOffset RequestedAt { get; init; }

    public DateTimeOffset? FinishedAt { get; set; }

    public string? Error { get; set; }

    /// <summary>
    /// The end of the current process's claim. If the process dies, another one continues the redrive after that.
    /// </summary>
    public DateTimeOffset ClaimedUntil { get; set; }

    internal sealed class Mapping : IEntityTypeConfiguration<Redrive>
    {
        public void Configure(EntityTypeBuilder<Redrive> builder)
        {
            builder.ToTable("redrives");
            builder.HasKey(row => row.Id);
            builder.Property(row => row.Id).ValueGeneratedNever();
            builder.Property(row => row.Status).HasMaxLength(16);
            builder.Property(row => row.Reason).HasMaxLength(Reasons.MaxLength);
            builder.Property(row => row.RequestedBy).HasMaxLength(255);
            builder.Property(row => row.Error).HasMaxLength(1000);
            builder.HasIndex(row => new { row.FinishedAt, row.ClaimedUntil });
            builder.HasIndex(row => new { row.RequestedAt, row.Id });
        }
    }
}
