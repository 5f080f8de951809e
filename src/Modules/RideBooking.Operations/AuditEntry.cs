using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using RideBooking.Operations.FailedMessages;

namespace RideBooking.Operations;

/// <summary>An operator's action: who did it, when and why.</summary>
internal sealed class AuditEntry
{
    public required Guid Id { get; init; }

    public required DateTimeOffset At { get; init; }

    public required string By { get; init; }

    /// <summary><c>redrive</c>, <c>discard</c>, <c>restore</c>, <c>recover</c>, <c>force-complete</c>, <c>force-cancel</c>, <c>retry-payment</c>, <c>write-off</c>, <c>retry-event</c>, <c>skip-event</c>, <c>start-reading</c>, <c>replay</c> or <c>cancel-replay</c>.</summary>
    public required string Action { get; init; }

    /// <summary>The queue, if the action concerns one.</summary>
    public required string? Queue { get; init; }

    /// <summary>The ride, if the action concerns one.</summary>
    public Guid? RideId { get; init; }

    /// <summary>
    /// The number of messages that the action was meant for; for a recovery, of events and work items republished.
    /// </summary>
    public required int Count { get; init; }

    public required string Reason { get; init; }

    public static AuditEntry Of(
        string action,
        IReadOnlyCollection<string> queues,
        int count,
        string by,
        string reason,
        DateTimeOffset at,
        Guid? rideId = null
    ) =>
        new()
        {
            Id = Guid.CreateVersion7(at),
            At = at,
            By = by,
            Action = action,
            Queue = queues.Count == 1 ? queues.First() : null,
            RideId = rideId,
            Count = count,
            Reason = reason,
        };

    internal sealed class Mapping : IEntityTypeConfiguration<AuditEntry>
    {
        public void Configure(EntityTypeBuilder<AuditEntry> entry)
        {
            entry.ToTable("audit");
            entry.HasKey(row => row.Id);
            entry.Property(row => row.Id).ValueGeneratedNever();
            entry.Property(row => row.By).HasMaxLength(255);
            entry.Property(row => row.Action).HasMaxLength(16);
            entry.Property(row => row.Queue).HasMaxLength(255);
            entry.Property(row => row.Reason).HasMaxLength(Selection.MaxReason);
            entry.HasIndex(row => new { row.At, row.Id });
        }
    }
}
