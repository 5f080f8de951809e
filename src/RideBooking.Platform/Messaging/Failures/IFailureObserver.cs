using MassTransit;

namespace RideBooking.Platform.Messaging.Failures;

/// <summary>Observes the messages that fail after all retries in memory.</summary>
/// <remarks>
/// They are redelivered later or moved to the error queue. A message that cannot be read, or that the database was unavailable
/// for, is not among them.
/// </remarks>
public interface IFailureObserver
{
    /// <summary>Records that an endpoint has failed a message.</summary>
    void OnFailed(string endpoint, ConsumeContext context, Exception exception);
}
