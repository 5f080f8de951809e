using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using RideBooking.Contracts;

namespace RideBooking.EventLog.Subscriptions;

/// <summary>A replay: a projection's rows are computed again from the log, beside the live ones, which they then replace.</summary>
public sealed class Replay
{
    /// <summary>The replay reads the log.</summary>
    public const string Running = "running";

    /// <summary>Its rows are the live ones.</summary>
    public const string Completed = "completed";

    /// <summary>An operator cancelled it; its rows are deleted.</summary>
    public const string Cancelled = "cancelled";

    /// <summary>The replay.</summary>
    public required Guid Id { get; init; }

    /// <summary><see cref="IProjection.Name"/>.</summary>
    public required string Projection { get; init; }

    /// <summary>The generation that it computes.</summary>
    public required int Generation { get; init; }

    /// <summary><see cref="Running"/>, <see cref="Completed"/> or <see cref="Cancelled"/>.</summary>
    public required string Status { get; set; }

    /// <summary>The position after which it began; 0 for the whole log.</summary>
    public required long From { get; init; }

    /// <summary>The position that it had reached when it finished; null while it runs.</summary>
    public long? Position { get; set; }

    /// <summary>The maximum number of events per second; null for no limit.</summary>
    public required int? RatePerSecond { get; init; }

    /// <summary>Who requested it.</summary>
    public required string RequestedBy { get; init; }

    /// <summary>Why.</summary>
    public required string Reason { get; init; }

    /// <summary>When it was requested.</summary>
    public required DateTimeOffset RequestedAt { get; init; }

    /// <summary>When it was completed or cancelled.</summary>
    public DateTimeOffset? FinishedAt { get; set; }

    internal sealed class Mapping : IEntityTypeConfiguration<Replay>
    {
        public void Configure(EntityTypeBuilder<Replay> builder)
        {
            builder.ToTable("replays", EventLogModel.Schema);
            builder.HasKey(row => row.Id);
            builder.Property(row => row.Id).ValueGeneratedNever();
            builder.Property(row => row.Projection).HasMaxLength(Subscription.MaxNameLength);
            builder.Property(row => row.Status).HasMaxLength(16);
            builder.Property(row => row.RequestedBy).HasMaxLength(255);
            builder.Property(row => row.Reason).HasMaxLength(Reasons.MaxLength);
            // One replay of a projection at a time.
            builder.HasIndex(row => row.Projection).IsUnique().HasFilter($"status = '{Running}'");
            builder.HasIndex(row => new { row.RequestedAt, row.Id });
        }
    }
}
