using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace RideBooking.EventLog.PersonalData;

/// <summary>The key that encrypts the personal data of one rider in the event log.</summary>
public sealed class SubjectKey
{
    /// <summary>The length of a key, in bytes.</summary>
    public const int Length = 32;

    /// <summary>The rider.</summary>
    public string Subject { get; init; } = "";

    /// <summary>The key; null after the rider was forgotten.</summary>
    public byte[]? Key { get; set; }

    /// <summary>When the first event with personal data of the rider was published.</summary>
    public DateTimeOffset CreatedAt { get; init; }

    /// <summary>When the rider was forgotten.</summary>
    public DateTimeOffset? ForgottenAt { get; set; }

    internal sealed class Mapping : IEntityTypeConfiguration<SubjectKey>
    {
        public void Configure(EntityTypeBuilder<SubjectKey> builder)
        {
            builder.ToTable("subject_keys", EventLogModel.Schema);
            builder.HasKey(row => row.Subject);
            builder.Property(row => row.Subject).HasMaxLength(255);
            builder.Property(row => row.Key).HasMaxLength(Length);
            // Of two requests to forget a rider, one takes effect.
            builder.Property(row => row.ForgottenAt).IsConcurrencyToken();
        }
    }
}
