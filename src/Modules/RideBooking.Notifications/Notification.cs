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

    /// <summary>All operators see the same notifications.</summary>
    Operator,
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

    /// <summary>The title in English: see <see cref="Text"/>.</summary>
    public required string Title { get; init; }

    /// <summary>The text in English, for what knows the template not yet or no longer, and for rows from before there were languages.</summary>
    public required string Text { get; set; }

    /// <summary>The key of the template; null in rows from before there were languages.</summary>
    public string? Template { get; set; }

    /// <summary>The values of the template's placeholders, in JSON; null in rows from before there were languages.</summary>
    public string? Data { get; set; }

    /// <summary>The ride; <see cref="Guid.Empty"/> if it is about none.</summary>
    public required Guid RideId { get; init; }

    /// <summary>When the event happened: a late notification still has its right place in the list.</summary>
    public required DateTimeOffset At { get; init; }

    /// <summary>Makes the notification of one person about one event: always the same, its id included.</summary>
    public static Notification Of(Guid eventId, NotificationContent content)
    {
        var english = content.In(Language.English);
        return new()
        {
            Id = IdOf(eventId, content.Audience),
            EventId = eventId,
            Audience = content.Audience,
            RecipientId = content.RecipientId,
            Kind = content.Template.Kind,
            Title = english.Title,
            Text = english.Text,
            Template = content.Template.Key,
            Data = content.DataInJson,
            RideId = content.RideId ?? Guid.Empty,
            At = content.At,
        };
    }

    /// <summary>Renders it in a language; in English if that is all there is.</summary>
    public Words In(string language) =>
        Template is { } key && Data is { } data && NotificationTemplates.Find(key) is { } template
            ? template.In(language, NotificationContent.ReadData(data))
            : new Words(Title, Text);

    /// <summary>Removes the data of a rider who was forgotten, if the kind has personal data.</summary>
    public void Forget()
    {
        if (NotificationTemplates.ReplacementOf(Kind) is { } replacement)
            (Template, Data, Text) = (replacement.Key, "{}", replacement.English.Text);
    }

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
            builder.Property(notification => notification.Title).HasMaxLength(NotificationContent.MaxTitleLength);
            builder.Property(notification => notification.Text).HasMaxLength(NotificationContent.MaxTextLength);
            builder.Property(notification => notification.Template).HasMaxLength(64);
            builder.Property(notification => notification.Data).HasMaxLength(NotificationContent.MaxDataLength);
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
