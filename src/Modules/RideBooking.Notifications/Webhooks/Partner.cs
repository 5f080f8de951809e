using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace RideBooking.Notifications.Webhooks;

/// <summary>A receiver of events outside the system.</summary>
internal sealed class Partner
{
    public const int MaxNameLength = 100;
    public const int MaxUrlLength = 2000;

    public required Guid Id { get; init; }

    public required string Name { get; init; }

    /// <summary>Where events are posted. It may contain a token, so only <see cref="Receiver"/> is shown.</summary>
    public required string Url { get; init; }

    /// <summary>The names of the events it gets, with commas between them.</summary>
    public required string EventTypes { get; init; }

    /// <summary>The secret, encrypted: see <see cref="PartnerSecret"/>.</summary>
    public required byte[] Secret { get; init; }

    /// <summary>It gets events after this position of the log: those after its creation.</summary>
    public required long FromPosition { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    public DateTimeOffset? DisabledAt { get; set; }

    /// <summary>The names of the events it gets.</summary>
    public IReadOnlyList<string> Types => EventTypes.Split(',');

    /// <summary>The receiver, for people: scheme, host and port.</summary>
    public string Receiver => new Uri(Url) is var url ? $"{url.Scheme}://{url.Authority}" : "";

    internal sealed class Mapping : IEntityTypeConfiguration<Partner>
    {
        public void Configure(EntityTypeBuilder<Partner> builder)
        {
            builder.ToTable("partners");
            builder.HasKey(row => row.Id);
            builder.Property(row => row.Id).ValueGeneratedNever();
            builder.Property(row => row.Name).HasMaxLength(MaxNameLength);
            builder.Property(row => row.Url).HasMaxLength(MaxUrlLength);
            builder.Property(row => row.EventTypes).HasMaxLength(4000);
            builder.Property(row => row.Secret).HasMaxLength(PartnerSecret.StoredLength);
            builder.Ignore(row => row.Types);
            builder.Ignore(row => row.Receiver);
            builder.HasIndex(row => new { row.CreatedAt, row.Id });
        }
    }
}
