using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using RideBooking.Contracts;

namespace RideBooking.Operations.Endpoints;

/// <summary>An endpoint that no host consumes until an operator resumes it.</summary>
internal sealed class PausedEndpoint
{
    public const int MaxNameLength = 255;

    public required string Name { get; init; }

    public required DateTimeOffset At { get; init; }

    /// <summary>The operator who paused it; null if the host did, because messages failed for the same reason.</summary>
    public required string? By { get; init; }

    public required string Reason { get; init; }

    internal sealed class Mapping : IEntityTypeConfiguration<PausedEndpoint>
    {
        public void Configure(EntityTypeBuilder<PausedEndpoint> builder)
        {
            builder.ToTable("paused_endpoints");
            builder.HasKey(row => row.Name);
            builder.Property(row => row.Name).HasMaxLength(MaxNameLength);
            builder.Property(row => row.By).HasMaxLength(255);
            builder.Property(row => row.Reason).HasMaxLength(Reasons.MaxLength);
        }
    }
}
