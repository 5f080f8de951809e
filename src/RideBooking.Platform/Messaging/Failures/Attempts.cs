using MassTransit;

namespace RideBooking.Platform.Messaging.Failures;

/// <summary>Tells a consumer whether its message has been tried before.</summary>
public static class Attempts
{
    /// <summary>Whether an attempt before this one failed.</summary>
    /// <remarks>
    /// A consumer that inserts under a unique key may defer the check for an existing row to its second attempt. Very few
    /// messages are redelivered after their inbox entry has expired: for those, the first attempt fails on the key and is
    /// rolled back, and the second finds the row. All other messages save a round trip.
    /// </remarks>
    public static bool IsRetry(this ConsumeContext context) =>
        context.GetRetryAttempt() > 0 || context.GetRedeliveryCount() > 0;
}
