namespace MassTransit;

/// <summary>Configures the delivery of the messages that are sent outside consumers.</summary>
public interface IEntityFrameworkBusOutboxConfigurator : IBusOutboxConfigurator
{
    /// <summary>How many messages are on the way to one destination at a time; 100 by default.</summary>
    int MessageDeliveryLimit { set; }

    /// <summary>How long the broker may take to confirm a message; ten seconds by default.</summary>
    TimeSpan MessageDeliveryTimeout { get; set; }

    /// <summary>Accepted for compatibility: delivery always is in bulk.</summary>
    void UseBulkDeliveryService();
}
