using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace RideBooking.Platform.Http.Idempotency;

/// <summary>A request with an Idempotency-Key: first a claim to carry it out, then its response.</summary>
internal sealed class IdempotencyKey
{
    /// <summary>A hash of the caller and the key.</summary>
    /// <remarks>
    /// Some databases would compare the original values without regard to case and trailing blanks, and for the indexes of
    /// others they are too long.
    /// </remarks>
    public Guid Id { get; init; }

    /// <summary>The caller, for people who read the table.</summary>
    public required string Caller { get; init; }

    /// <summary>The request's fingerprint; see <see cref="Idempotency.Fingerprint"/>.</summary>
    public required string Fingerprint { get; init; }

    /// <summary>Identifies the request across all its attempts. The ids of what it creates are derived from this.</summary>
    public Guid RequestId { get; init; }

    /// <summary>Identifies the attempt that holds the claim.</summary>
    public Guid Owner { get; init; }

    /// <summary>The end of the owner's lease. Afterwards any attempt may take over.</summary>
    public DateTimeOffset LeaseUntil { get; init; }

    public DateTimeOffset CreatedAt { get; init; }

    /// <summary>The status of the response; null while there is none.</summary>
    public int? Status { get; init; }

    public string? ContentType { get; init; }

    public string? Location { get; init; }

    public string? EntityTag { get; init; }

    /// <summary>The body of the answer; null when it had none or was too large to keep.</summary>
    public byte[]? Body { get; init; }

    public bool BodyTooLarge { get; init; }

    internal sealed class Mapping : IEntityTypeConfiguration<IdempotencyKey>
    {
        public void Configure(EntityTypeBuilder<IdempotencyKey> builder)
        {
            builder.ToTable("idempotency_keys");
            builder.Property(key => key.Id).ValueGeneratedNever();
            builder.Property(key => key.Caller).HasMaxLength(320);
            builder.Property(key => key.Fingerprint).HasMaxLength(64).IsUnicode(false);
            builder.Property(key => key.ContentType).HasMaxLength(255);
            builder.Property(key => key.Location).HasMaxLength(2048);
            builder.Property(key => key.EntityTag).HasMaxLength(255);
            // The cleanup finds old rows by this index.
            builder.HasIndex(key => key.CreatedAt);
        }
    }
}
