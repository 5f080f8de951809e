using RideBooking.EventLog;
using RideBooking.Platform.Observability;
using RideBooking.Platform.Persistence;

namespace RideBooking.Platform.Events;

/// <summary>Measures how far the RabbitMQ stream queue is behind the event log, on the host that publishes it.</summary>
internal sealed class EventStreamLag(AppDbContext db, EventStreamLag.Publisher publisher) : IGaugeSource
{
    static readonly Gauge s_lag = new(
        "ridebooking.event_stream.lag",
        "{event}",
        "Events of the log that are not in the RabbitMQ stream queue yet; only on the host that publishes them"
    );

    public static IReadOnlyList<Gauge> Gauges => [s_lag];

    public async Task<IReadOnlyList<Reading>> Read(CancellationToken cancellationToken) =>
        publisher.Position is { } position
            ? [s_lag.Reads(Math.Max(0, await db.LastPosition(cancellationToken) - position))]
            : [];

    /// <summary>What this process publishes.</summary>
    internal sealed class Publisher
    {
        long _position = -1;

        /// <summary>The position of the last event that the broker has confirmed; null while another host publishes.</summary>
        public long? Position
        {
            get => Interlocked.Read(ref _position) is >= 0 and var position ? position : null;
            set => Interlocked.Exchange(ref _position, value ?? -1);
        }
    }
}
