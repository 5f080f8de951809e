using System.Data.Common;
using System.Globalization;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage;

namespace MassTransit;

/// <summary>
/// Classifies the database exceptions that mean "another transaction was first, try again", on PostgreSQL, SQL Server and
/// SQLite.
/// </summary>
/// <remarks>
/// It is the only place that does so, so that a retry policy and the outbox cannot disagree. It reads only what every
/// provider exposes, so it references no provider.
/// </remarks>
public static class DatabaseConflicts
{
    /// <summary>Makes a retry policy retry conflicts and transient database faults, but no other database errors.</summary>
    public static void HandleDatabaseConflicts(this IExceptionConfigurator configurator)
    {
        ArgumentNullException.ThrowIfNull(configurator);

        configurator.Handle<Exception>(IsRetryable);
    }

    /// <summary>
    /// Returns whether the exception is a conflict or a transient fault: a lost connection, a restart, or a plan that was
    /// prepared before a table was altered.
    /// </summary>
    public static bool IsRetryable(Exception? exception) =>
        IsConflict(exception)
        || IsStalePlan(exception)
        || Causes(exception).Any(cause => cause is TimeoutException or DbException { IsTransient: true });

    /// <summary>Returns whether two transactions changed the same row. The one that failed can be run again.</summary>
    public static bool IsConflict(Exception? exception) =>
        IsDuplicateKey(exception)
        || Causes(exception)
            .Any(cause =>
                cause is DbUpdateConcurrencyException
                || cause is DbException database
                    && (
                        // PostgreSQL: serialization failure, deadlock, lock not available
                        database.SqlState
                            is "40001"
                                or "40P01"
                                or "55P03"
                        // SQL Server: deadlock victim, lock timeout, snapshot conflict
                        || SqlServerNumber(database) is 1205 or 1222 or 3960
                        // SQLite: busy, locked
                        || SqliteCode(database) is 5 or 6
                    )
            );

    /// <summary>
    /// Returns whether a statement was prepared before a table was altered, on PostgreSQL (0A000, "cached plan must not
    /// change result type").
    /// </summary>
    /// <remarks>
    /// The statement succeeds when it is run again; inside a transaction, the whole transaction has to be run again.
    /// </remarks>
    public static bool IsStalePlan(Exception? exception) =>
        Causes(exception)
            .OfType<DbException>()
            .Any(database =>
                database.SqlState is "0A000"
                && (
                    database.Data["Routine"] is "RevalidateCachedQuery"
                    || database.Message.Contains("cached plan", StringComparison.Ordinal)
                )
            );

    /// <summary>Returns whether a row with this key exists already.</summary>
    public static bool IsDuplicateKey(Exception? exception) =>
        Causes(exception)
            .OfType<DbException>()
            .Any(database =>
                database.SqlState is "23505"
                || SqlServerNumber(database) is 2627 or 2601
                || SqliteCode(database) is 19
                    && database.Message.Contains("UNIQUE constraint failed", StringComparison.Ordinal)
            );

    /// <summary>
    /// Converts a conflict to a <see cref="DbUpdateConcurrencyException"/>, so that a retry policy for that type needs to
    /// know no error codes.
    /// </summary>
    /// <remarks>
    /// Returns null if the exception is no conflict or is of that type already. Exceptions of the application are not
    /// converted.
    /// </remarks>
    internal static DbUpdateConcurrencyException? AsConcurrencyConflict(Exception exception)
    {
        var isDatabaseException =
            exception is DbUpdateException or DbException or RetryLimitExceededException
            // An execution strategy wraps exceptions that it considers transient.
            || exception.GetType() == typeof(InvalidOperationException)
                && exception.InnerException is DbUpdateException or DbException;
        return
            isDatabaseException
            && exception is not DbUpdateConcurrencyException
            && IsConflict(exception)
            && (
                Causes(exception).OfType<DbUpdateConcurrencyException>().FirstOrDefault()
                ?? Causes(exception).OfType<DbException>().FirstOrDefault() as Exception
            )
                is { } cause
            ? new DbUpdateConcurrencyException($"Another transaction changed the same rows: {cause.Message}", cause)
            : null;
    }

    static IEnumerable<Exception> Causes(Exception? exception)
    {
        for (; exception is not null; exception = exception.InnerException)
        {
            yield return exception;
            if (exception is AggregateException aggregate)
                foreach (var cause in aggregate.InnerExceptions.Skip(1).SelectMany(Causes))
                    yield return cause;
        }
    }

    // Microsoft.Data.SqlClient stores the error number in Data, which every exception has.
    static int? SqlServerNumber(DbException exception) =>
        int.TryParse(exception.Data["HelpLink.EvtID"] as string, CultureInfo.InvariantCulture, out var number)
            ? number
            : null;

    // Microsoft.Data.Sqlite: "SQLite Error 19: 'UNIQUE constraint failed: …'." The text is not localized.
    static int? SqliteCode(DbException exception)
    {
        const string prefix = "SQLite Error ";
        if (!exception.Message.StartsWith(prefix, StringComparison.Ordinal))
            return null;

        var rest = exception.Message.AsSpan(prefix.Length);
        var end = rest.IndexOf(':');
        return end > 0 && int.TryParse(rest[..end], CultureInfo.InvariantCulture, out var code) ? code : null;
    }
}
