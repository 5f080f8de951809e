using RideBooking.Platform.Events.Subscriptions;

namespace RideBooking.Operations.Subscriptions;

/// <summary>A subscription as operators see it.</summary>
/// <param name="Name">The subscription's name.</param>
/// <param name="State"><c>reading</c> or <c>stopped</c>.</param>
/// <param name="Position">The position of the last event that it has read.</param>
/// <param name="Lag">How many events of the log follow.</param>
/// <param name="LagSeconds">How long ago the first of these was published, in seconds; 0 when there is none.</param>
/// <param name="Parked">How many events it could not apply and has parked.</param>
/// <param name="StoppedBecause">Why it is stopped.</param>
/// <param name="Host">The host that reads, or read last.</param>
internal sealed record SubscriptionView(
    string Name,
    string State,
    long Position,
    long Lag,
    double LagSeconds,
    int Parked,
    string? StoppedBecause,
    string? Host
)
{
    public static SubscriptionView Of(SubscriptionState state, DateTimeOffset now) =>
        new(
            state.Name,
            state.StoppedBecause is null ? "reading" : "stopped",
            state.Position,
            state.Lag,
            state.OldestUnread is { } oldest && oldest < now ? (now - oldest).TotalSeconds : 0,
            state.Parked,
            state.StoppedBecause,
            state.Owner
        );
}
