using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace RideBooking.Operations.Audits;

/// <summary>An audit: a comparison of the whole event log with itself and with the rides.</summary>
internal sealed class Audit
{
    public required Guid Id { get; init; }

    public required string Status { get; set; }

    /// <summary>The position up to which the log was verified.</summary>
    public long Position { get; set; }

    /// <summary>The last position of the log when the audit began.</summary>
    public long LastPosition { get; set; }

    /// <summary>How many rides were compared.</summary>
    public int Rides { get; set; }

    /// <summary>How many deviations were found.</summary>
    public int DeviationCount { get; set; }

    /// <summary>The first <see cref="AuditView.MaxDeviations"/> of them, as JSON.</summary>
    public string Deviations { get; set; } = "[]";

    public required string RequestedBy { get; init; }

    public required DateTimeOffset RequestedAt { get; init; }

    public DateTimeOffset? FinishedAt { get; set; }

    /// <summary>The end of the current process's claim. If the process dies, another one begins the audit again after that.</summary>
    public DateTimeOffset ClaimedUntil { get; set; }

    internal sealed class Mapping : IEntityTypeConfiguration<Audit>
    {
        public void Configure(EntityTypeBuilder<Audit> builder)
        {
            builder.ToTable("audits");
            builder.HasKey(row => row.Id);
            builder.Property(row => row.Id).ValueGeneratedNever();
            builder.Property(row => row.Status).HasMaxLength(16);
            builder.Property(row => row.RequestedBy).HasMaxLength(255);
            builder.HasIndex(row => new { row.Status, row.ClaimedUntil });
        }
    }
}
