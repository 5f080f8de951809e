using System.Data.Common;
using System.Net.Sockets;
using MassTransit;
using Microsoft.Data.SqlClient;
using Microsoft.Data.Sqlite;
using RabbitMQ.Client.Exceptions;

namespace RideBooking.Platform.Http;

/// <summary>Tells "the database or the broker is away or overloaded, repeat later" from "this will fail again".</summary>
internal static class Outage
{
    public static bool Explains(Exception? exception)
    {
        for (; exception is not null; exception = exception.InnerException)
            if (IsOutage(exception))
                return true;
        return false;
    }

    static bool IsOutage(Exception exception) =>
        exception switch
        {
            // SQLite: busy, locked, I/O error, full, cannot open.
            SqliteException sqlite => sqlite.SqliteErrorCode is 5 or 6 or 10 or 13 or 14,
            // From severity 20 the connection is gone; -2 is a timeout, 1205 a deadlock, 4060 and 18456 no such database or login (yet).
            SqlException sql => sql.Class >= 20 || sql.Number is -2 or 1205 or 4060 or 18456 || sql.IsTransient,
            DbException database => database.IsTransient,
            ConnectionException or BrokerUnreachableException or AlreadyClosedException => true,
            SocketException or TimeoutException => true,
            _ => false,
        };
}
