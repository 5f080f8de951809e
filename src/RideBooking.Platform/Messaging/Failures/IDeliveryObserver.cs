namespace RideBooking.Platform.Messaging.Failures;

/// <summary>Observes every delivery that an endpoint with an inbox has finished with.</summary>
internal interface IDeliveryObserver
{
    /// <summary>Records that an endpoint has finished with a delivery of the message.</summary>
    /// <remarks>If the message is not handled by now, it is retried in seconds or minutes, or not at all.</remarks>
    void OnDelivered(Guid message, string endpoint);
}
