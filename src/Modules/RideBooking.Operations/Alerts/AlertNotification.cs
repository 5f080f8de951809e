using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace RideBooking.Operations.Alerts;

/// <summary>What the webhook's receiver learns of an alert: that it fires, or that it has ended.</summary>
/// <remarks>
/// It is added in the transaction that raises or ends the alert, and keeps what the alert said then, so that each attempt sends the
/// same.
/// </remarks>
internal sealed class AlertNotification
{
    /// <summary>It waits for its first attempt, or for its next.</summary>
    public const string Pending = "pending";

    public const string Delivered = "delivered";

    /// <summary>All attempts have failed. It waits for an operator.</summary>
    public const string GivenUp = "givenUp";

    public const int MaxErrorLength = 300;

    public required Guid Id { get; init; }

    public required Guid AlertId { get; init; }

    /// <summary>One of <see cref="AlertNames"/>.</summary>
    public required string AlertName { get; init; }

    public required string Subject { get; init; }

    public required DateTimeOffset Since { get; init; }

    /// <summary>When the alert ended; null in the notification that it fires.</summary>
    public required DateTimeOffset? EndedAt { get; init; }

    public required double Value { get; init; }

    public required double? Limit { get; init; }

    public required string Text { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    public required string Status { get; set; }

    /// <summary>Attempts that have begun, since an operator retried it if one did.</summary>
    public int Attempts { get; set; }

    /// <summary>When the next attempt is due. During an attempt it is the end of the claim of the host that makes it.</summary>
    public required DateTimeOffset NextAttemptAt { get; set; }

    /// <summary>Why the last attempt failed.</summary>
    public string? LastError { get; set; }

    /// <summary>When it was delivered or given up.</summary>
    public DateTimeOffset? FinishedAt { get; set; }

    /// <summary>Makes the notification that an alert fires, or that it has ended.</summary>
    public static AlertNotification Of(Alert alert, DateTimeOffset now) =>
        new()
        {
            Id = Guid.CreateVersion7(now),
            AlertId = alert.Id,
            AlertName = alert.Name,
            Subject = alert.Subject,
            Since = alert.Since,
            EndedAt = alert.EndedAt,
            Value = alert.Value,
            Limit = alert.Limit,
            Text = alert.Text,
            CreatedAt = now,
            Status = Pending,
            NextAttemptAt = now,
        };

    internal sealed class Mapping : IEntityTypeConfiguration<AlertNotification>
    {
        public void Configure(EntityTypeBuilder<AlertNotification> builder)
        {
            builder.ToTable("alert_notifications");
            builder.HasKey(row => row.Id);
            builder.Property(row => row.Id).ValueGeneratedNever();
            builder.Property(row => row.AlertName).HasMaxLength(Alert.MaxNameLength);
            builder.Property(row => row.Subject).HasMaxLength(Alert.MaxSubjectLength);
            builder.Property(row => row.Text).HasMaxLength(Alert.MaxTextLength);
            builder.Property(row => row.Status).HasMaxLength(16);
            builder.Property(row => row.LastError).HasMaxLength(MaxErrorLength);
            builder.HasIndex(row => new { row.Status, row.NextAttemptAt });
            builder.HasIndex(row => row.AlertId);
        }
    }
}
