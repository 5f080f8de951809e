using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using RideBooking.Contracts;
using RideBooking.Contracts.Seams;

namespace RideBooking.Operations;

/// <summary>An operator's action: who did it, when and why. The API lists them at <c>/operations/audit</c>.</summary>
internal sealed class OperatorAction(string by, string action, string reason, DateTimeOffset at)
{
    public Guid Id { get; init; } = Guid.CreateVersion7(at);

    public DateTimeOffset At { get; init; } = at;

    public string By { get; init; } = by;

    /// <summary>One of <see cref="OperatorActionNames"/>.</summary>
    public string Action { get; init; } = action;

    /// <summary>The queue, if the action concerns one; the endpoint that was paused or resumed.</summary>
    public string? Queue { get; init; }

    /// <summary>The fingerprint of the failure, if the action concerns its note. The reason is then the note.</summary>
    public string? Fingerprint { get; init; }

    /// <summary>The ride, if the action concerns one.</summary>
    public Guid? RideId { get; init; }

    /// <summary>The rider, if the action concerns one.</summary>
    public string? RiderId { get; init; }

    /// <summary>The subscription, if the action concerns one, its replay or an event of it.</summary>
    public string? Subscription { get; init; }

    /// <summary>The event's position, if the action concerns a parked event of the subscription.</summary>
    public long? Position { get; init; }

    /// <summary>
    /// The number of messages that the action was meant for; for a recovery, of events and work items republished.
    /// </summary>
    public int Count { get; init; } = 1;

    /// <summary>The reason; empty if none was given.</summary>
    public string Reason { get; init; } = reason.Trim();

    internal sealed class Mapping : IEntityTypeConfiguration<OperatorAction>
    {
        public void Configure(EntityTypeBuilder<OperatorAction> builder)
        {
            builder.ToTable("operator_actions");
            builder.HasKey(row => row.Id);
            builder.Property(row => row.Id).ValueGeneratedNever();
            builder.Property(row => row.By).HasMaxLength(255);
            builder.Property(row => row.Action).HasMaxLength(32);
            builder.Property(row => row.Queue).HasMaxLength(255);
            builder.Property(row => row.Fingerprint).HasMaxLength(16);
            builder.Property(row => row.RiderId).HasMaxLength(255);
            builder.Property(row => row.Subscription).HasMaxLength(EventLog.Subscriptions.Subscription.MaxNameLength);
            builder.Property(row => row.Reason).HasMaxLength(Reasons.MaxLength);
            builder.HasIndex(row => new { row.At, row.Id });
            builder.HasIndex(row => row.RideId);
        }
    }
}
