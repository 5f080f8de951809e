using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace RideBooking.Notifications;

/// <summary>The role in which a person is notified: one person may be both, with the same id.</summary>
internal enum Audience
{
    Rider,
    Driver,
}

/// <summary>One notification of one person about one event.</summary>
internal sealed class Notification
{
    public required Guid Id { get; init; }

    /// <summary>The event it is about. With the recipient, the key that prevents a second notification.</summary>
    public required Guid EventId { get; init; }

    public required Audience Audience { get; init; }

    public required string RecipientId { get; init; }

    public required string Kind { get; init; }

    public required string Title { get; init; }

    public required string Text { get; init; }

    public required Guid RideId { get; init; }

    /// <summary>When the event happened: a late notification still has its right place in the list.</summary>
    public required DateTimeOffset At { get; init; }

    internal sealed class Configuration : IEntityTypeConfiguration<Notification>
    {
        public void Configure(EntityTypeBuilder<Notification> notification)
        {
            notification.ToTable("notifications");
            notification.HasKey(x => x.Id);
            notification.Property(x => x.Id).ValueGeneratedNever();
            notification.Property(x => x.Audience).HasConversion<string>().HasMaxLength(10);
            notification.Property(x => x.RecipientId).HasMaxLength(255);
            notification.Property(x => x.Kind).HasMaxLength(50);
            notification.Property(x => x.Title).HasMaxLength(100);
            notification.Property(x => x.Text).HasMaxLength(NotificationContent.MaxTextLength);
            notification
                .HasIndex(x => new
                {
                    x.EventId,
                    x.Audience,
                    x.RecipientId,
                })
                .IsUnique();
            notification.HasIndex(x => new
            {
                x.Audience,
                x.RecipientId,
                x.At,
                x.Id,
            });
        }
    }
}
