using RideBooking.EventLog.Subscriptions;

namespace RideBooking.Operations.Subscriptions;

/// <summary>A parked event as operators see it.</summary>
/// <param name="Position">Its position in the event log.</param>
/// <param name="EventId">Its id.</param>
/// <param name="EventType">Its name.</param>
/// <param name="Version">The version of its schema.</param>
/// <param name="StreamId">The ride or driver that it is about.</param>
/// <param name="Error">What failed in the last attempt.</param>
/// <param name="ParkedAt">When it was parked.</param>
/// <param name="RetryRequestedAt">When another attempt was requested that has not been made yet.</param>
internal sealed record ParkedEventView(
    long Position,
    Guid EventId,
    string EventType,
    int Version,
    string StreamId,
    string Error,
    DateTimeOffset ParkedAt,
    DateTimeOffset? RetryRequestedAt
)
{
    public static ParkedEventView Of(ParkedEvent parked) =>
        new(
            parked.Position,
            parked.EventId,
            parked.EventType,
            parked.Version,
            parked.StreamId,
            parked.Error,
            parked.ParkedAt,
            parked.RetryRequestedAt
        );
}
