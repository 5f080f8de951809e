using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using RideBooking.Contracts;

namespace RideBooking.Operations.FailedMessages;

/// <summary>What operators know about a failure, for those who see it next.</summary>
internal sealed class FailureNote
{
    /// <summary>The fingerprint of the failure. The note is there again when the failure is.</summary>
    public required string Fingerprint { get; init; }

    public required string Text { get; set; }

    public required string By { get; set; }

    public required DateTimeOffset At { get; set; }

    internal sealed class Mapping : IEntityTypeConfiguration<FailureNote>
    {
        public void Configure(EntityTypeBuilder<FailureNote> builder)
        {
            builder.ToTable("failure_notes");
            builder.HasKey(row => row.Fingerprint);
            builder.Property(row => row.Fingerprint).HasMaxLength(16);
            builder.Property(row => row.Text).HasMaxLength(Reasons.MaxLength);
            builder.Property(row => row.By).HasMaxLength(255);
        }
    }
}
