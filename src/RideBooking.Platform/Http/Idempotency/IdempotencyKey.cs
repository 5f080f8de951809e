using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace RideBooking.Platform.Http.Idempotency;

/// <summary>A request that was made under an Idempotency-Key: first a claim on carrying it out, then its answer.</summary>
internal sealed class IdempotencyKey
{
    /// <summary>
    /// Made of the caller and the key by hashing. The two as they are would be compared without regard to case and trailing
    /// blanks by some databases, and are too long for an index of others.
    /// </summary>
    public Guid Id { get; init; }

    /// <summary>The caller, for people who look into the table.</summary>
    public required string Caller { get; init; }

    /// <summary>What was asked for; see <see cref="Idempotency.Fingerprint"/>.</summary>
    public required string Fingerprint { get; init; }

    /// <summary>Names the request through all its attempts; what it creates takes its ids from this.</summary>
    public Guid RequestId { get; init; }

    /// <summary>Names the attempt that holds the claim.</summary>
    public Guid Owner { get; init; }

    /// <summary>Until when the owner may carry the request out; after that anybody may take it over.</summary>
    public DateTimeOffset LeaseUntil { get; init; }

    public DateTimeOffset CreatedAt { get; init; }

    /// <summary>The status of the answer; null while there is none.</summary>
    public int? Status { get; init; }

    public string? ContentType { get; init; }

    public string? Location { get; init; }

    public string? EntityTag { get; init; }

    /// <summary>The body of the answer; null when it had none or was too large to keep.</summary>
    public byte[]? Body { get; init; }

    public bool BodyTooLarge { get; init; }

    internal sealed class Map : IEntityTypeConfiguration<IdempotencyKey>
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
            // What is too old is found by this when it is deleted.
            builder.HasIndex(key => key.CreatedAt);
        }
    }
}
