using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace RideBooking.Notifications.Contacts;

/// <summary>How a rider wants to be notified outside their app. Personal data: it is in no event and no log line.</summary>
internal sealed class Contact
{
    /// <summary>The longest address that a mail server accepts (RFC 5321).</summary>
    public const int MaxEmailLength = 254;

    public required string RiderId { get; init; }

    /// <summary>The address; null if the rider wants no e-mail.</summary>
    public string? Email { get; set; }

    /// <summary>One of <see cref="Notifications.Language.All"/>; null for the default.</summary>
    public string? Language { get; set; }

    internal sealed class Mapping : IEntityTypeConfiguration<Contact>
    {
        public void Configure(EntityTypeBuilder<Contact> builder)
        {
            builder.ToTable("contacts");
            builder.HasKey(contact => contact.RiderId);
            builder.Property(contact => contact.RiderId).HasMaxLength(255);
            builder.Property(contact => contact.Email).HasMaxLength(MaxEmailLength);
            builder.Property(contact => contact.Language).HasMaxLength(8);
        }
    }
}
