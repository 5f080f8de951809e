using Microsoft.EntityFrameworkCore;

namespace MassTransit.EntityFrameworkCoreIntegration;

/// <summary>Creates the query that reads a row and prevents other transactions from changing it.</summary>
public interface ILockStatementProvider
{
    /// <summary>Locks the row whose correlation id is the query's only parameter.</summary>
    string GetRowLockStatement<T>(DbContext context)
        where T : class;

    /// <summary>Locks the rows whose properties have the values of the query's parameters, in this order.</summary>
    string GetRowLockStatement<T>(DbContext context, params string[] propertyNames)
        where T : class;

    /// <summary>Locks the oldest row of <see cref="OutboxState" /> that is not locked already.</summary>
    string GetOutboxStatement(DbContext context);
}
