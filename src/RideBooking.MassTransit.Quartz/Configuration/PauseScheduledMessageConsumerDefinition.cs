using MassTransit.QuartzIntegration;
using MassTransit.Scheduling;

namespace MassTransit.Configuration;

/// <summary>Configures pause messages to run in order with the recurring schedules they pause.</summary>
public class PauseScheduledMessageConsumerDefinition : ConsumerDefinition<PauseScheduledMessageConsumer>
{
    readonly QuartzEndpointDefinition _endpoint;

    /// <summary>Places the consumer on the scheduler's endpoint.</summary>
    public PauseScheduledMessageConsumerDefinition(QuartzEndpointDefinition endpointDefinition)
    {
        _endpoint = endpointDefinition;
        EndpointDefinition = endpointDefinition;
    }

    /// <inheritdoc />
    protected override void ConfigureConsumer(
        IReceiveEndpointConfigurator endpointConfigurator,
        IConsumerConfigurator<PauseScheduledMessageConsumer> consumerConfigurator,
        IRegistrationContext context
    ) =>
        consumerConfigurator.Message<PauseScheduledRecurringMessage>(message =>
            message.UsePartitioner(
                _endpoint.Partition,
                pause => RecurringScheduleKey.For(pause.Message.ScheduleId, pause.Message.ScheduleGroup).ToString()
            )
        );
}
