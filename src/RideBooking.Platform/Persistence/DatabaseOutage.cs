using System.Data.Common;
using MassTransit;
using Microsoft.Data.SqlClient;
using Microsoft.Data.Sqlite;

namespace RideBooking.Platform.Persistence;

/// <summary>Distinguishes a database that is unavailable, full or locked from a fault of the statement.</summary>
/// <remarks>A lost race is neither: the next attempt resolves it.</remarks>
internal static class DatabaseOutage
{
    /// <summary>Whether a database outage caused the exception or one of its inner exceptions.</summary>
    public static bool Matches(Exception? exception)
    {
        for (; exception is not null and not StatementTimeoutException; exception = exception.InnerException)
            if (IsOutage(exception))
                return true;
        return false;
    }

    /// <summary>
    /// Whether one statement that exceeds its timeout could cause the same exception while the database is available.
    /// </summary>
    public static bool IsPossibleStatementTimeout(Exception? exception)
    {
        for (; exception is not null; exception = exception.InnerException)
            if (exception is TimeoutException or SqlException { Number: -2 })
                return true;
        return false;
    }

    /// <summary>
    /// Whether the database answered, but has no such database or login, or cannot use its file. An operator must fix that,
    /// and may do so while the application runs; at its start, waiting does not help.
    /// </summary>
    public static bool IsRefusal(Exception exception) =>
        exception switch
        {
            // Read-only, I/O error, full, cannot open.
            SqliteException sqlite => sqlite.SqliteErrorCode is 8 or 10 or 13 or 14,
            SqlException sql => sql.Number is 4060 or 18456,
            DbException { SqlState: "3D000" or "28000" or "28P01" } => true,
            _ => false,
        };

    static bool IsOutage(Exception exception) =>
        IsRefusal(exception)
        || exception switch
        {
            DbException when DatabaseConflicts.IsBusy(exception) => true,
            DbException when DatabaseConflicts.IsConflict(exception) => false,
            // From severity 20 the connection is closed; -2 is a timeout.
            SqlException { Class: >= 20 } or SqlException { Number: -2 } => true,
            // PostgreSQL: shut down or starting up, or a standby.
            DbException { SqlState: "57P01" or "57P02" or "57P03" or "25006" } => true,
            DbException => DatabaseConflicts.IsTransient(exception),
            _ => false,
        };
}

/// <summary>A statement timed out while the database answered another one: a fault of the statement, not an outage.</summary>
internal sealed class StatementTimeoutException(Exception timeout)
    : Exception("The statement timed out although the database is available.", timeout);
