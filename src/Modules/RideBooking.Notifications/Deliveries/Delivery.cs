using System.Security.Cryptography;
using System.Text;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using RideBooking.EventLog;

namespace RideBooking.Notifications.Deliveries;

/// <summary>What leaves the system about one event, for one recipient: an e-mail, or a request to a partner's webhook.</summary>
/// <remarks>
/// It has no content. Each attempt reads the event from the log, so the data of a rider who was forgotten meanwhile is not sent.
/// </remarks>
internal sealed class Delivery
{
    /// <summary>It waits for its first attempt, or for its next.</summary>
    public const string Pending = "pending";

    public const string Delivered = "delivered";

    /// <summary>All attempts have failed, or another would be in vain. It waits for an operator.</summary>
    public const string Failed = "failed";

    public const int MaxErrorLength = 300;

    public static IReadOnlyList<string> Statuses { get; } = [Pending, Delivered, Failed];

    public required Guid Id { get; init; }

    /// <summary>The event. With channel and recipient, the key that prevents a second delivery.</summary>
    public required Guid EventId { get; init; }

    public required string EventType { get; init; }

    /// <summary>The event's position in the log, by which it is read.</summary>
    public required long Position { get; init; }

    /// <summary>The ride or driver that the event is about. What is about one is delivered in the order of its events.</summary>
    public required string StreamId { get; init; }

    /// <summary>One of <see cref="DeliveryChannel"/>.</summary>
    public required string Channel { get; init; }

    /// <summary>The rider; or the partner's id.</summary>
    public required string Recipient { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    public required string Status { get; set; }

    /// <summary>Attempts that have begun, since an operator redrove it if one did.</summary>
    public int Attempts { get; set; }

    /// <summary>When the next attempt is due. During an attempt it is the end of the claim of the host that makes it.</summary>
    public required DateTimeOffset NextAttemptAt { get; set; }

    /// <summary>Why the last attempt failed. It never names an address of a person.</summary>
    public string? LastError { get; set; }

    /// <summary>When it was delivered or failed.</summary>
    public DateTimeOffset? FinishedAt { get; set; }

    /// <summary>Makes the delivery of an event to one recipient: always the same, its id included.</summary>
    public static Delivery Of(LoggedEvent logged, string channel, string recipient, DateTimeOffset now) =>
        new()
        {
            Id = IdOf(logged.EventId, channel, recipient),
            EventId = logged.EventId,
            EventType = logged.EventType,
            Position = logged.Position!.Value,
            StreamId = logged.StreamId,
            Channel = channel,
            Recipient = recipient,
            CreatedAt = now,
            Status = Pending,
            NextAttemptAt = now,
        };

    // A version 8 UUID (RFC 9562) from a hash.
    static Guid IdOf(Guid eventId, string channel, string recipient)
    {
        var bytes = SHA256.HashData(Encoding.UTF8.GetBytes($"{eventId} {channel} {recipient}"))[..16];
        bytes[6] = (byte)((bytes[6] & 0x0F) | 0x80);
        bytes[8] = (byte)((bytes[8] & 0x3F) | 0x80);
        return new Guid(bytes, bigEndian: true);
    }

    internal sealed class Mapping : IEntityTypeConfiguration<Delivery>
    {
        public void Configure(EntityTypeBuilder<Delivery> builder)
        {
            builder.ToTable("deliveries");
            builder.HasKey(row => row.Id);
            builder.Property(row => row.Id).ValueGeneratedNever();
            builder.Property(row => row.EventType).HasMaxLength(100);
            builder.Property(row => row.StreamId).HasMaxLength(255);
            builder.Property(row => row.Channel).HasMaxLength(10);
            builder.Property(row => row.Recipient).HasMaxLength(255);
            builder.Property(row => row.Status).HasMaxLength(16);
            builder.Property(row => row.LastError).HasMaxLength(MaxErrorLength);
            builder
                .HasIndex(row => new
                {
                    row.EventId,
                    row.Channel,
                    row.Recipient,
                })
                .IsUnique();
            builder.HasIndex(row => new { row.Status, row.NextAttemptAt });
            builder.HasIndex(row => new
            {
                row.Recipient,
                row.StreamId,
                row.Position,
            });
            builder.HasIndex(row => new
            {
                row.Channel,
                row.CreatedAt,
                row.Id,
            });
            builder.HasIndex(row => row.FinishedAt);
        }
    }
}

/// <summary>A channel and, if it has several receivers, one of them.</summary>
/// <param name="Channel">One of <see cref="DeliveryChannel"/>.</param>
/// <param name="Recipient">The partner; empty for the mail server, which is one receiver for all riders.</param>
internal sealed record Lane(string Channel, string Recipient);

/// <summary>What is to be sent.</summary>
internal static class DeliveryQueries
{
    /// <summary>Returns the lanes that have deliveries that are due.</summary>
    public static async Task<List<Lane>> DueLanes(
        this IQueryable<Delivery> rows,
        IReadOnlyList<string> channels,
        DateTimeOffset now,
        CancellationToken cancellationToken
    )
    {
        var lanes = await Due(rows, now)
            .Where(row => channels.Contains(row.Channel))
            .Select(row => new { row.Channel, Recipient = row.Channel == DeliveryChannel.Email ? "" : row.Recipient })
            .Distinct()
            .ToListAsync(cancellationToken);
        return lanes.ConvertAll(lane => new Lane(lane.Channel, lane.Recipient));
    }

    /// <summary>
    /// Queries the deliveries of a lane that are due, first those that have waited longest. Of those about one ride it is the first.
    /// </summary>
    public static IQueryable<Delivery> NextIn(this IQueryable<Delivery> rows, Lane lane, DateTimeOffset now) =>
        Due(rows.AsNoTracking(), now)
            .Where(row => row.Channel == lane.Channel && (lane.Recipient == "" || row.Recipient == lane.Recipient))
            .Where(row =>
                !rows.Any(before =>
                    before.Recipient == row.Recipient
                    && before.StreamId == row.StreamId
                    && before.Position < row.Position
                    && before.Channel == row.Channel
                    && before.Status == Delivery.Pending
                )
            )
            .OrderBy(row => row.NextAttemptAt)
            .ThenBy(row => row.Position)
            .ThenBy(row => row.Id);

    // A time later than after any pause was set by a host whose clock differs.
    static IQueryable<Delivery> Due(IQueryable<Delivery> rows, DateTimeOffset now)
    {
        var latest = now + 2 * SendDeliveries.Pauses[^1];
        return rows.Where(row =>
            row.Status == Delivery.Pending && (row.NextAttemptAt <= now || row.NextAttemptAt > latest)
        );
    }
}
