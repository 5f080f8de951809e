using MassTransit.EntityFrameworkCoreIntegration;
using Microsoft.EntityFrameworkCore;
using RideBooking.Platform.Persistence;

namespace RideBooking.Platform.Observability;

/// <summary>
/// Measures messages that are committed and not yet sent. In a healthy system there are few, for milliseconds.
/// </summary>
internal sealed class OutboxBacklog(AppDbContext db, TimeProvider clock) : IGaugeSource
{
    internal static readonly Gauge Messages = new(
        "ridebooking.outbox.messages",
        "{message}",
        "Messages that are committed and that the broker has not taken yet"
    );

    internal static readonly Gauge Age = new(
        "ridebooking.outbox.oldest.age",
        "s",
        "How long the oldest message has been in the outbox; 0 when it is empty"
    );

    public static IReadOnlyList<Gauge> Gauges => [Messages, Age];

    public async Task<IReadOnlyList<Reading>> Read(CancellationToken cancellationToken)
    {
        var outbox = db.Set<OutboxMessage>();
        var count = await outbox.CountAsync(cancellationToken);
        var oldest =
            count == 0 ? null : await outbox.MinAsync(message => (DateTime?)message.SentTime, cancellationToken);
        return [Messages.Reads(count), Age.Reads(Ages.Of(oldest, clock))];
    }
}

internal static class Ages
{
    /// <summary>Returns the seconds since an instant, but at least 0, because clocks differ.</summary>
    public static double Of(DateTime? utc, TimeProvider clock) =>
        utc is { } then ? Math.Max(0, (clock.GetUtcNow().UtcDateTime - then).TotalSeconds) : 0;
}
