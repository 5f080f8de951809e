using System.Runtime.ExceptionServices;
using MassTransit;
using MassTransit.Context;
using RideBooking.Platform.Observability;

namespace RideBooking.Platform.Messaging;

/// <summary>
/// On an endpoint that exists only inside the process, two that met are no failed message: the conflict goes to the caller,
/// who tries again or answers 409, and the bus has nothing to report. Everything else it reports as ever.
/// </summary>
internal sealed class InProcessConflictFilter : IMessageFilter
{
    public async Task Handle<T>(ConsumeContext<T> context, IPipe<ConsumeContext<T>> next)
        where T : class
    {
        try
        {
            await next.Send(new Context<T>(context));
        }
        catch (Exception conflict)
            when (DatabaseConflicts.IsConflict(conflict) && context.TryGetPayload<CommandOutcome>(out var outcome))
        {
            outcome.Conflict = ExceptionDispatchInfo.Capture(conflict);
        }
        catch (CommandRefusedException)
        {
            // Nothing has failed: the outcome says that it was not taken.
            await context.NotifyConsumed(context.ReceiveContext.ElapsedTime, nameof(InProcessConflictFilter));
        }
    }

    sealed class Context<T>(ConsumeContext<T> context) : ConsumeContextProxy<T>(context)
        where T : class
    {
        public override Task NotifyFaulted<TMessage>(
            ConsumeContext<TMessage> context,
            TimeSpan duration,
            string consumerType,
            Exception exception
        ) =>
            exception is CommandRefusedException || DatabaseConflicts.IsConflict(exception)
                ? Task.CompletedTask
                : base.NotifyFaulted(context, duration, consumerType, exception);
    }
}
