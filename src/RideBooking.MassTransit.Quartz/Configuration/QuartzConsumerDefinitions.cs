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
