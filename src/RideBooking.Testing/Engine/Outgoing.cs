namespace RideBooking.Testing.Engine;

/// <summary>A message that a handler published, sent or scheduled, in the handler's order.</summary>
abstract record Outgoing
{
    public sealed record Published(Envelope Envelope) : Outgoing;

    /// <param name="Envelope">The message.</param>
    /// <param name="Destination">The address to which it was sent.</param>
    /// <param name="IsResponse">Whether it answers the request that was being handled.</param>
    public sealed record Sent(Envelope Envelope, Uri Destination, bool IsResponse) : Outgoing;

    public sealed record Scheduled(DueMessage Message) : Outgoing;

    public sealed record Cancelled(Guid Token) : Outgoing;
}
