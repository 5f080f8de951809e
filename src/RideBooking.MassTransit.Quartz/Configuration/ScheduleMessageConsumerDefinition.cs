using MassTransit.QuartzIntegration;
using MassTransit.Scheduling;

namespace MassTransit.Configuration;

/// <summary>Configures schedule messages to run in order per token, with retries while the job store is briefly busy.</summary>
public class ScheduleMessageConsumerDefinition : ConsumerDefinition<ScheduleMessageConsumer>
{
    readonly QuartzEndpointDefinition _endpoint;

    /// <summary>Places the consumer on the scheduler's endpoint.</summary>
    public ScheduleMessageConsumerDefinition(QuartzEndpointDefinition endpointDefinition)
    {
        _endpoint = endpointDefinition;
        EndpointDefinition = endpointDefinition;
    }

    /// <inheritdoc />
    protected override void ConfigureConsumer(
        IReceiveEndpointConfigurator endpointConfigurator,
        IConsumerConfigurator<ScheduleMessageConsumer> consumerConfigurator,
        IRegistrationContext context
    )
    {
        if (_endpoint.RetryLimit > 0)
            endpointConfigurator.UseMessageRetry(retry => retry.Interval(_endpoint.RetryLimit, 250));
        consumerConfigurator.Message<ScheduleMessage>(message =>
            message.UsePartitioner(_endpoint.Partition, schedule => schedule.Message.CorrelationId)
        );
        consumerConfigurator.Message<ScheduleRecurringMessage>(message =>
            message.UsePartitioner(
                _endpoint.Partition,
                schedule => RecurringScheduleKey.For(schedule.Message.Schedule).ToString()
            )
        );
    }
}
