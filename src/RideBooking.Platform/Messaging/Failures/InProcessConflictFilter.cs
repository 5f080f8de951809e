using System.Runtime.ExceptionServices;
using MassTransit;
using MassTransit.Context;

namespace RideBooking.Platform.Messaging.Failures;

/// <summary>Reports a conflict on an in-process endpoint to the caller instead of to the bus.</summary>
/// <remarks>
/// The message has not failed: the caller retries or responds with 409. All other failures are reported as usual.
/// </remarks>
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
            // Nothing has failed: the outcome says that the command was not accepted.
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
