using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace RideBooking.Operations.Alerts;

/// <summary>An alert that fires, or that has ended and is kept for a while.</summary>
/// <remarks>
/// Every host evaluates the alerts. The unique index on what fires decides which of them raises an alert, and a conditional update
/// which of them ends it, so that operators hear of it once.
/// </remarks>
internal sealed class Alert
{
    public const int MaxNameLength = 32;
    public const int MaxSubjectLength = 255;
    public const int MaxTextLength = 500;

    public required Guid Id { get; init; }

    /// <summary>One of <see cref="AlertNames"/>.</summary>
    public required string Name { get; init; }

    /// <summary>The queue, endpoint, subscription or state of rides that it is about; empty for the whole system.</summary>
    public required string Subject { get; init; }

    public required DateTimeOffset Since { get; init; }

    /// <summary>When a host last saw that its condition holds.</summary>
    public required DateTimeOffset LastSeenAt { get; set; }

    /// <summary>What was measured then: a number of things, or seconds.</summary>
    public required double Value { get; set; }

    /// <summary>What the value may be, in the same unit; null for an alert without a limit.</summary>
    public required double? Limit { get; set; }

    /// <summary>The alert as a sentence.</summary>
    public required string Text { get; set; }

    public DateTimeOffset? EndedAt { get; set; }

    internal sealed class Mapping : IEntityTypeConfiguration<Alert>
    {
        public void Configure(EntityTypeBuilder<Alert> builder)
        {
            builder.ToTable("alerts");
            builder.HasKey(row => row.Id);
            builder.Property(row => row.Id).ValueGeneratedNever();
            builder.Property(row => row.Name).HasMaxLength(MaxNameLength);
            builder.Property(row => row.Subject).HasMaxLength(MaxSubjectLength);
            builder.Property(row => row.Text).HasMaxLength(MaxTextLength);
            builder.HasIndex(row => new { row.Name, row.Subject }).IsUnique().HasFilter("ended_at IS NULL");
            builder.HasIndex(row => row.EndedAt);
        }
    }
}
