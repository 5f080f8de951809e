using System.Data.Common;
using System.Globalization;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage;

namespace MassTransit;

/// <summary>
/// Tells which database exceptions mean "somebody else was there first, try again", on PostgreSQL, SQL Server and SQLite
/// alike. One place, so that a retry policy and the outbox cannot disagree.
/// </summary>
/// <remarks>Reads only what every provider exposes, so no provider has to be referenced.</remarks>
public static class DatabaseConflicts
{
    /// <summary>Lets a retry policy retry conflicts and the passing faults of a database, and nothing else of it.</summary>
    public static void HandleDatabaseConflicts(this IExceptionConfigurator configurator)
    {
        ArgumentNullException.ThrowIfNull(configurator);

        configurator.Handle<Exception>(IsRetryable);
    }

    /// <summary>A conflict, or a fault that passes: a lost connection, a restart, a plan made before a table was altered.</summary>
    public static bool IsRetryable(Exception? exception) =>
        IsConflict(exception)
        || IsStalePlan(exception)
        || Causes(exception).Any(cause => cause is TimeoutException or DbException { IsTransient: true });

    /// <summary>Two transactions wanted the same row: a lost race that succeeds or resolves when it is run again.</summary>
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
    /// A statement that was prepared before a table was altered, on PostgreSQL (0A000, "cached plan must not change result
    /// type"). It succeeds when it is run again; inside a transaction all of that has to be.
    /// </summary>
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

    /// <summary>A row with this key exists already.</summary>
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
    /// The exception as the conflict that it is, so that a policy for <see cref="DbUpdateConcurrencyException"/> needs to know no
    /// error codes; null where it is none, or says so already. Exceptions of the application are left as they are.
    /// </summary>
    internal static DbUpdateConcurrencyException? AsConcurrencyConflict(Exception exception)
    {
        var isDatabaseException =
            exception is DbUpdateException or DbException or RetryLimitExceededException
            // An execution strategy wraps what it calls transient.
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

    // Microsoft.Data.SqlClient leaves the error number where every exception can carry it.
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
