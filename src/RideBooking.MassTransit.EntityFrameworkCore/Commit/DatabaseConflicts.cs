using System.Data.Common;
using System.Globalization;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage;

namespace MassTransit;

/// <summary>
/// Classifies the database exceptions that mean "another transaction was first, try again", and others that concern the
/// statement, on PostgreSQL, SQL Server and SQLite.
/// </summary>
/// <remarks>
/// It is the only place that knows their error codes, so that a retry policy, the outbox and an application cannot disagree.
/// It reads only what every provider exposes, so it references no provider.
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
        || IsTransient(exception)
        || Causes(exception).Any(cause => cause is TimeoutException);

    /// <summary>Returns whether two transactions changed the same row. The one that failed can be run again.</summary>
    public static bool IsConflict(Exception? exception) =>
        IsDuplicateKey(exception)
        || IsDeadlock(exception)
        || IsBusy(exception)
        || Causes(exception)
            .Any(cause =>
                cause is DbUpdateConcurrencyException
                || cause is DbException database
                    && (
                        // PostgreSQL: serialization failure, lock not available
                        database.SqlState
                            is "40001"
                                or "55P03"
                        // SQL Server: lock timeout, snapshot conflict
                        || SqlServerNumber(database) is 1222 or 3960
                    )
            );

    /// <summary>Returns whether the database ended this transaction because it and another waited for each other.</summary>
    public static bool IsDeadlock(Exception? exception) =>
        Causes(exception)
            .OfType<DbException>()
            .Any(database => database.SqlState is "40P01" || SqlServerNumber(database) is 1205);

    /// <summary>Returns whether another connection wrote to the SQLite file for longer than this one waits.</summary>
    public static bool IsBusy(Exception? exception) =>
        // SQLite: busy, locked
        Causes(exception).OfType<DbException>().Any(database => SqliteCode(database) is 5 or 6);

    /// <summary>Returns whether the provider considers the fault transient, such as a lost connection.</summary>
    public static bool IsTransient(Exception? exception) =>
        Causes(exception).OfType<DbException>().Any(database => database.IsTransient);

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

    /// <summary>Returns whether a table lacks a column that the statement names.</summary>
    internal static bool IsMissingColumn(Exception? exception) =>
        Causes(exception)
            .OfType<DbException>()
            .Any(database =>
                database.SqlState is "42703"
                || SqlServerNumber(database) is 207
                || database.Message.Contains("no such column", StringComparison.Ordinal)
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
