using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using RideBooking.Operations.FailedMessages;

namespace RideBooking.Operations.Redrives;

/// <summary>Failed messages on their way back to the queues they failed in.</summary>
internal sealed class Redrive
{
    public const string Running = "running";
    public const string Completed = "completed";
    public const string Failed = "failed";

    public required Guid Id { get; init; }

    public required string Status { get; set; }

    /// <summary>The ids of the messages, frozen when it was accepted, a line each.</summary>
    public required string Ids { get; init; }

    /// <summary>How many it was asked for; those that were not there at the beginning are not among the ids.</summary>
    public required int Selected { get; init; }

    /// <summary>How many were sent. A queue may hold a message twice: it is one.</summary>
    public int Sent { get; set; }

    /// <summary>How many were not there, or not any more.</summary>
    public int NotFound { get; set; }

    /// <summary>Messages a second, at most; null for as fast as it goes.</summary>
    public required int? RatePerSecond { get; init; }

    public required string Reason { get; init; }

    public required string RequestedBy { get; init; }

    public required DateTimeOffset RequestedAt { get; init; }

    public DateTimeOffset? FinishedAt { get; set; }

    public string? Error { get; set; }

    /// <summary>Until when a process works on it. A process that dies leaves it to another after that.</summary>
    public DateTimeOffset ClaimedUntil { get; set; }

    internal sealed class Configuration : IEntityTypeConfiguration<Redrive>
    {
        public void Configure(EntityTypeBuilder<Redrive> redrive)
        {
            redrive.ToTable("redrives");
            redrive.HasKey(row => row.Id);
            redrive.Property(row => row.Id).ValueGeneratedNever();
            redrive.Property(row => row.Status).HasMaxLength(16);
            redrive.Property(row => row.Reason).HasMaxLength(Selection.MaxReason);
            redrive.Property(row => row.RequestedBy).HasMaxLength(255);
            redrive.Property(row => row.Error).HasMaxLength(1000);
            redrive.HasIndex(row => new { row.Status, row.ClaimedUntil });
        }
    }
}
