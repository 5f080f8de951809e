using MassTransit;
using RideBooking.Platform.Persistence;

namespace RideBooking.Platform.Messaging.Failures;

/// <summary>Distinguishes a statement that times out from an outage, which looks the same.</summary>
/// <remarks>
/// If the database responds to another statement, the message fails like any other: it has its retries and redeliveries, and
/// then goes to the error queue.
/// </remarks>
internal sealed class ClassifyTimeouts(DatabaseWatch database) : IMessageFilter
{
    public async Task Handle<T>(ConsumeContext<T> context, IPipe<ConsumeContext<T>> next)
        where T : class
    {
        try
        {
            await next.Send(context);
        }
        catch (Exception timeout)
            when (DatabaseOutage.Matches(timeout) && DatabaseOutage.IsPossibleStatementTimeout(timeout))
        {
            if (await database.Responds(context.CancellationToken))
                throw new StatementTimeoutException(timeout);
            throw;
        }
    }
}
