using System.Security.Cryptography;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using RideBooking.EventLog.Subscriptions;

namespace RideBooking.Notifications;

/// <summary>The role in which a person is notified: one person may be both, with the same id.</summary>
internal enum Audience
{
    Rider,
    Driver,
}

/// <summary>One notification of one person about one event.</summary>
internal sealed class Notification : IProjectedRow
{
    public static string Projection => "notifications";

    public int Generation { get; set; }

    public required Guid Id { get; init; }

    /// <summary>The event it is about. With the recipient, the key that prevents a second notification.</summary>
    public required Guid EventId { get; init; }

    public required Audience Audience { get; init; }

    public required string RecipientId { get; init; }

    /// <summary>One of <see cref="NotificationKind"/>.</summary>
    public required string Kind { get; init; }

    public required string Title { get; init; }

    public required string Text { get; set; }

    /// <summary>The ride it is about; null if it is about none.</summary>
    public required Guid? RideId { get; init; }

    /// <summary>When the event happened: a late notification still has its right place in the list.</summary>
    public required DateTimeOffset At { get; init; }

    /// <summary>Makes the notification of one person about one event: always the same, its id included.</summary>
    public static Notification Of(Guid eventId, NotificationContent content) =>
        new()
        {
            Id = IdOf(eventId, content.Audience),
            EventId = eventId,
            Audience = content.Audience,
            RecipientId = content.RecipientId,
            Kind = content.Kind,
            Title = content.Title,
            Text = content.Text,
            RideId = content.RideId,
            At = content.At,
        };

    // A version 8 UUID (RFC 9562) from a hash.
    static Guid IdOf(Guid eventId, Audience audience)
    {
        var bytes = SHA256.HashData([.. eventId.ToByteArray(bigEndian: true), (byte)audience])[..16];
        bytes[6] = (byte)((bytes[6] & 0x0F) | 0x80);
        bytes[8] = (byte)((bytes[8] & 0x3F) | 0x80);
        return new Guid(bytes, bigEndian: true);
    }

    internal sealed class Mapping : IEntityTypeConfiguration<Notification>
    {
        public void Configure(EntityTypeBuilder<Notification> builder)
        {
            builder.ToTable("notifications");
            builder.HasKey(notification => new { notification.Generation, notification.Id });
            builder.Property(notification => notification.Id).ValueGeneratedNever();
            builder.Property(notification => notification.Audience).HasConversion<string>().HasMaxLength(10);
            builder.Property(notification => notification.RecipientId).HasMaxLength(255);
            builder.Property(notification => notification.Kind).HasMaxLength(50);
            builder.Property(notification => notification.Title).HasMaxLength(100);
            builder.Property(notification => notification.Text).HasMaxLength(NotificationContent.MaxTextLength);
            builder
                .HasIndex(notification => new
                {
                    notification.Generation,
                    notification.EventId,
                    notification.Audience,
                    notification.RecipientId,
                })
                .IsUnique();
            builder.HasIndex(notification => new
            {
                notification.Generation,
                notification.Audience,
                notification.RecipientId,
                notification.At,
                notification.Id,
            });
        }
    }
}
