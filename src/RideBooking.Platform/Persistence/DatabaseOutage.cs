using System.Data.Common;
using Microsoft.Data.SqlClient;
using Microsoft.Data.Sqlite;

namespace RideBooking.Platform.Persistence;

/// <summary>
/// Distinguishes "the database is unavailable, full or locked" from a fault of the statement. Lost races are neither: they are
/// over at the next attempt.
/// </summary>
internal static class DatabaseOutage
{
    /// <summary>Whether the database explains the exception or anything it was caused by.</summary>
    public static bool Matches(Exception? exception)
    {
        for (; exception is not null and not StatementTimeoutException; exception = exception.InnerException)
            if (IsOutage(exception))
                return true;
        return false;
    }

    /// <summary>Whether the same could come of one statement that takes longer than it may, while the database is available.</summary>
    public static bool MayBeOfOneStatement(Exception? exception)
    {
        for (; exception is not null; exception = exception.InnerException)
            if (exception is TimeoutException or SqlException { Number: -2 })
                return true;
        return false;
    }

    static bool IsOutage(Exception exception) =>
        exception switch
        {
            // Busy, locked, read-only, I/O error, full, cannot open.
            SqliteException sqlite => sqlite.SqliteErrorCode is 5 or 6 or 8 or 10 or 13 or 14,
            // 1205 is a deadlock. From severity 20 the connection is gone; -2 is a timeout, 4060 and 18456 no such database
            // or login (yet).
            SqlException sql => sql.Number is not 1205
                && (sql.Class >= 20 || sql.Number is -2 or 4060 or 18456 || sql.IsTransient),
            // PostgreSQL: serialization failure, deadlock, lock not available.
            DbException { SqlState: "40001" or "40P01" or "55P03" } => false,
            // PostgreSQL: shut down or starting up, a standby, no such database or login (yet).
            DbException { SqlState: "57P01" or "57P02" or "57P03" or "25006" or "3D000" or "28000" or "28P01" } => true,
            DbException database => database.IsTransient,
            _ => false,
        };
}

/// <summary>A statement took longer than it may while the database answered another: a fault of the statement, and no outage.</summary>
internal sealed class StatementTimeoutException(Exception timeout)
    : Exception("The statement timed out, and the database is available.", timeout);
