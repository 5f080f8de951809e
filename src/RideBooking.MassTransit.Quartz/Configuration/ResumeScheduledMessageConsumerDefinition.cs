using MassTransit.QuartzIntegration;
using MassTransit.Scheduling;

namespace MassTransit.Configuration;

/// <summary>Configures resume messages to run in order with the recurring schedules they resume.</summary>
public class ResumeScheduledMessageConsumerDefinition : ConsumerDefinition<ResumeScheduledMessageConsumer>
{
    readonly QuartzEndpointDefinition _endpoint;

    /// <summary>Places the consumer on the scheduler's endpoint.</summary>
    public ResumeScheduledMessageConsumerDefinition(QuartzEndpointDefinition endpointDefinition)
    {
        _endpoint = endpointDefinition;
        EndpointDefinition = endpointDefinition;
    }

    /// <inheritdoc />
    protected override void ConfigureConsumer(
        IReceiveEndpointConfigurator endpointConfigurator,
        IConsumerConfigurator<ResumeScheduledMessageConsumer> consumerConfigurator,
        IRegistrationContext context
    ) =>
        consumerConfigurator.Message<ResumeScheduledRecurringMessage>(message =>
            message.UsePartitioner(
                _endpoint.Partition,
                resume => RecurringScheduleKey.For(resume.Message.ScheduleId, resume.Message.ScheduleGroup).ToString()
            )
        );
}
