using MassTransit;
using MassTransit.Context;
using MassTransit.Scheduling;

namespace RideBooking.Testing.Engine;

/// <summary>The lab's message scheduler.</summary>
/// <remarks>
/// MassTransit 8 computes a delay from the system's clock; code with a <see cref="TimeProvider"/> uses the lab's. The time
/// itself shows which clock was used, because the lab's clock starts years away from today.
/// </remarks>
sealed class LabScheduler(AsyncLocal<Handling?> present, Serializer wire, IBusTopology topology)
    : IScheduleMessageProvider
{
    public Task<ScheduledMessage<T>> ScheduleSend<T>(
        Uri destinationAddress,
        DateTime scheduledTime,
        T message,
        IPipe<SendContext<T>> pipe,
        CancellationToken cancellationToken
    )
        where T : class => Schedule(destinationAddress, scheduledTime, message, pipe, cancellationToken);

    public Task CancelScheduledSend(Guid tokenId, CancellationToken cancellationToken)
    {
        Handling.AddOutput(new Outgoing.Cancelled(tokenId));
        return Task.CompletedTask;
    }

    public Task CancelScheduledSend(Uri destinationAddress, Guid tokenId, CancellationToken cancellationToken) =>
        CancelScheduledSend(tokenId, cancellationToken);

    Handling Handling =>
        present.Value ?? throw new InvalidOperationException("The lab's scheduler works only while a handler runs.");

    async Task<ScheduledMessage<T>> Schedule<T>(
        Uri destination,
        DateTime at,
        T message,
        IPipe<SendContext<T>> pipe,
        CancellationToken cancellationToken
    )
        where T : class
    {
        var due = OnTheLabsClock(at.Kind == DateTimeKind.Local ? at.ToUniversalTime() : at);
        var context = new MessageSendContext<T>(message, cancellationToken)
        {
            MessageId = Handling.NextId(),
            DestinationAddress = destination,
        };
        if (pipe is not null)
            await pipe.Send(context);
        var token = context.ScheduledMessageId ?? ScheduleTokenIdCache<T>.GetTokenId(message, Handling.NextId());
        context.ScheduledMessageId = token;
        context.Headers.Set(MessageHeaders.SchedulingTokenId, token.ToString());
        var envelope = wire.Pack(message, typeof(T), Recorder.HeadOf(context, Handling), due);
        var isPublish = topology.TryGetPublishAddress<T>(out var address) && address == destination;
        Handling.AddOutput(
            new Outgoing.Scheduled(new DueMessage(due, token, envelope, isPublish ? null : destination))
        );
        return new ScheduledMessageHandle<T>(token, at, destination, message);
    }

    DateTimeOffset OnTheLabsClock(DateTime at)
    {
        // The real clock, which MassTransit reads.
        var (handling, real) = (Handling, TimeProvider.System.GetUtcNow().UtcDateTime);
        var fromLab = at - handling.Now.UtcDateTime;
        var fromReal = at - real;
        return fromLab.Duration() <= fromReal.Duration()
            ? new DateTimeOffset(at, TimeSpan.Zero)
            : handling.Now + RoundestBetween(fromReal, fromReal + handling.RealElapsed);
    }

    /// <summary>Restores the delay that the code intended.</summary>
    /// <remarks>
    /// It lies between the rest of the delay now, and that rest plus the time since the message was delivered. The roundest
    /// number in this range is the intended one.
    /// </remarks>
    internal static TimeSpan RoundestBetween(TimeSpan min, TimeSpan max)
    {
        ReadOnlySpan<long> units =
        [
            TimeSpan.TicksPerDay,
            TimeSpan.TicksPerHour,
            TimeSpan.TicksPerMinute,
            TimeSpan.TicksPerSecond,
            TimeSpan.TicksPerMillisecond * 100,
            TimeSpan.TicksPerMillisecond * 10,
            TimeSpan.TicksPerMillisecond,
        ];
        foreach (var unit in units)
        {
            var above = (long)Math.Ceiling((double)min.Ticks / unit) * unit;
            if (above <= max.Ticks)
                return TimeSpan.FromTicks(above);
        }
        return min;
    }
}
