using MassTransit;
using MassTransit.Context;
using MassTransit.Scheduling;
using RideBooking.Testing.Engine;

namespace RideBooking.Testing.Hosted;

/// <summary>Corrects the due times that a running bus gives to its scheduler.</summary>
/// <remarks>
/// MassTransit 8 computes a delay from the system's clock. The lab's time is another one, and the delay must count from
/// there.
/// </remarks>
sealed class DueTimes(LabTime time, WireTap tap) : IConfigureReceiveEndpoint, IFilter<ConsumeContext<ScheduleMessage>>
{
    public void Configure(string name, IReceiveEndpointConfigurator configurator) => configurator.UseFilter(this);

    public Task Send(ConsumeContext<ScheduleMessage> context, IPipe<ConsumeContext<ScheduleMessage>> next) =>
        next.Send(
            new MessageConsumeContext<ScheduleMessage>(
                context,
                new AdjustedSchedule(
                    context.Message,
                    tap.DueOf(context.Message.CorrelationId)
                        ?? OnTheLabsClock(time, context.Message.ScheduledTime, TimeSpan.Zero)
                )
            )
        );

    public void Probe(ProbeContext context) => context.CreateFilterScope("scenarioBusTime");

    /// <param name="elapsed">The maximum real time since the delay was computed.</param>
    public static DateTimeOffset OnTheLabsClock(LabTime time, DateTime scheduled, TimeSpan elapsed)
    {
        var at = new DateTimeOffset(
            scheduled.Kind is DateTimeKind.Local ? scheduled.ToUniversalTime() : scheduled,
            TimeSpan.Zero
        );
        if (!time.IsSystemTime(at))
            return at;
        var left = at - TimeProvider.System.GetUtcNow();
        return time.GetUtcNow() + LabScheduler.RoundestBetween(left, left + elapsed);
    }

    sealed class AdjustedSchedule(ScheduleMessage scheduled, DateTimeOffset due) : ScheduleMessage
    {
        public Guid CorrelationId => scheduled.CorrelationId;

        public DateTime ScheduledTime => due.UtcDateTime;

        public string[] PayloadType => scheduled.PayloadType;

        public Uri Destination => scheduled.Destination;

        public object Payload => scheduled.Payload;
    }
}
