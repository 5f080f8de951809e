using MassTransit;
using MassTransit.Context;
using MassTransit.Scheduling;

namespace RideBooking.Tests.Host;

/// <summary>A clock of another day that can be advanced.</summary>
/// <param name="start">The time at first.</param>
/// <param name="runs">Whether it runs like the system's; otherwise it stands still until it is advanced.</param>
internal sealed class CityClock(DateTimeOffset start, bool runs = true) : TimeProvider
{
    readonly Lock _moving = new();
    readonly DateTimeOffset _began = System.GetUtcNow();
    TimeSpan _ahead;

    public override DateTimeOffset GetUtcNow()
    {
        lock (_moving)
            return start + _ahead + (runs ? System.GetUtcNow() - _began : TimeSpan.Zero);
    }

    public void GoOnTo(DateTimeOffset time)
    {
        lock (_moving)
            if (time - GetUtcNow() is { Ticks: > 0 } left)
                _ahead += left;
    }

    /// <summary>
    /// Converts a time computed from the system clock, as MassTransit does, to this clock. The two are years apart, so a time
    /// shows its clock.
    /// </summary>
    public DateTimeOffset Meant(DateTimeOffset time)
    {
        var (system, now) = (System.GetUtcNow(), GetUtcNow());
        return (time - system).Duration() < (time - now).Duration() ? time + (now - system) : time;
    }
}

/// <summary>Converts the times of scheduled messages to the lab's clock.</summary>
internal sealed class TimesOf(CityClock clock) : IConfigureReceiveEndpoint, IFilter<ConsumeContext<ScheduleMessage>>
{
    public void Configure(string name, IReceiveEndpointConfigurator configurator) => configurator.UseFilter(this);

    public Task Send(ConsumeContext<ScheduleMessage> context, IPipe<ConsumeContext<ScheduleMessage>> next) =>
        next.Send(new MessageConsumeContext<ScheduleMessage>(context, new Meant(context.Message, clock)));

    public void Probe(ProbeContext context) { }

    sealed class Meant(ScheduleMessage scheduled, CityClock clock) : ScheduleMessage
    {
        public Guid CorrelationId => scheduled.CorrelationId;

        public DateTime ScheduledTime =>
            clock.Meant(new DateTimeOffset(scheduled.ScheduledTime.ToUniversalTime(), TimeSpan.Zero)).UtcDateTime;

        public string[] PayloadType => scheduled.PayloadType;

        public Uri Destination => scheduled.Destination;

        public object Payload => scheduled.Payload;
    }
}
