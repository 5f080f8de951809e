using MassTransit;

namespace RideBooking.Platform.Messaging;

/// <summary>Tells a consumer whether its message has been tried before.</summary>
public static class Attempts
{
    /// <summary>
    /// Whether an attempt before this one failed. A consumer that inserts under a unique key may leave the question whether
    /// the row is there to its second attempt: of the very few messages that come again after the inbox has forgotten them,
    /// the first attempt fails on the key and is rolled back, and the second finds the row. All others are spared a round trip.
    /// </summary>
    public static bool IsRetry(this ConsumeContext context) =>
        context.GetRetryAttempt() > 0 || context.GetRedeliveryCount() > 0;
}
