using System.Data.Common;
using System.Net.Sockets;
using MassTransit;
using RideBooking.Platform.Messaging.RabbitMq;
using RideBooking.Platform.Persistence;

namespace RideBooking.Platform.Http.Problems;

/// <summary>
/// Distinguishes a database or broker that is unavailable or overloaded, where a retry helps, from permanent faults.
/// </summary>
internal static class TransientFault
{
    public static bool Matches(Exception? exception)
    {
        if (DatabaseOutage.Matches(exception))
            return true;
        for (; exception is not null; exception = exception.InnerException)
            if (IsOutage(exception))
                return true;
        return false;
    }

    static bool IsOutage(Exception exception) =>
        exception switch
        {
            // A deadlock or a lost race that exhausted its retries is an overload from the caller's view.
            DbException when DatabaseConflicts.IsDeadlock(exception) || DatabaseConflicts.IsTransient(exception) =>
                true,
            // So is a table that was altered repeatedly while the request was retried.
            DbException when DatabaseConflicts.IsStalePlan(exception) => true,
            SocketException or TimeoutException => true,
            _ => BrokerErrors.IsUnavailable(exception),
        };
}
