using Microsoft.EntityFrameworkCore;

namespace MassTransit.EntityFrameworkCoreIntegration;

/// <summary>Writes the query that reads a row and keeps other transactions from changing it.</summary>
public interface ILockStatementProvider
{
    /// <summary>Locks the row with the correlation id that is the query's one parameter.</summary>
    string GetRowLockStatement<T>(DbContext context)
        where T : class;

    /// <summary>Locks the rows whose properties have the values that are the query's parameters, in this order.</summary>
    string GetRowLockStatement<T>(DbContext context, params string[] propertyNames)
        where T : class;

    /// <summary>Locks the oldest row of <see cref="OutboxState" />, skipping those that are locked already.</summary>
    string GetOutboxStatement(DbContext context);
}
