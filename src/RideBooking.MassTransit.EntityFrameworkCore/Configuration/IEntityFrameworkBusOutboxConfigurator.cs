namespace MassTransit;

/// <summary>Configures the delivery of messages that are sent outside consumers.</summary>
public interface IEntityFrameworkBusOutboxConfigurator : IBusOutboxConfigurator
{
    /// <summary>The maximum number of messages in flight to one destination; 100 by default.</summary>
    int MessageDeliveryLimit { set; }

    /// <summary>How long the broker may take to confirm a message; ten seconds by default.</summary>
    TimeSpan MessageDeliveryTimeout { get; set; }

    /// <summary>Does nothing; delivery is always in bulk. Exists for compatibility with the official package.</summary>
    void UseBulkDeliveryService();
}
