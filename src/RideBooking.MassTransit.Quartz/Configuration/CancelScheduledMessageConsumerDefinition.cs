using MassTransit.QuartzIntegration;
using MassTransit.Scheduling;

namespace MassTransit.Configuration;

/// <summary>Configures cancel messages to run in order with the schedules they cancel.</summary>
public class CancelScheduledMessageConsumerDefinition : ConsumerDefinition<CancelScheduledMessageConsumer>
{
    readonly QuartzEndpointDefinition _endpoint;

    /// <summary>Places the consumer on the scheduler's endpoint.</summary>
    public CancelScheduledMessageConsumerDefinition(QuartzEndpointDefinition endpointDefinition)
    {
        _endpoint = endpointDefinition;
        EndpointDefinition = endpointDefinition;
    }

    /// <inheritdoc />
    protected override void ConfigureConsumer(
        IReceiveEndpointConfigurator endpointConfigurator,
        IConsumerConfigurator<CancelScheduledMessageConsumer> consumerConfigurator,
        IRegistrationContext context
    )
    {
        consumerConfigurator.Message<CancelScheduledMessage>(message =>
            message.UsePartitioner(_endpoint.Partition, cancel => cancel.Message.TokenId)
        );
        consumerConfigurator.Message<CancelScheduledRecurringMessage>(message =>
            message.UsePartitioner(
                _endpoint.Partition,
                cancel => RecurringScheduleKey.For(cancel.Message.ScheduleId, cancel.Message.ScheduleGroup).ToString()
            )
        );
    }
}
