using Microsoft.EntityFrameworkCore.Diagnostics;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Internal;
using Microsoft.EntityFrameworkCore.Metadata;
using Microsoft.EntityFrameworkCore.Query;
using Microsoft.EntityFrameworkCore.Query.Internal;
using Microsoft.EntityFrameworkCore.Storage;
using Microsoft.EntityFrameworkCore.Storage.Internal;

#pragma warning disable EF1001 // No public API notifies when the connection is used.

namespace MassTransit.EntityFrameworkCoreIntegration;

/// <summary>
/// Begins the unit of work's transaction when a consumer takes the connection (<c>Database.GetDbConnection()</c>, for ADO.NET
/// or Dapper).
/// </summary>
/// <remarks>Commands that run directly on the connection bypass every interceptor.</remarks>
sealed record UnitOfWorkDatabaseFacade : RelationalDatabaseFacadeDependencies
{
    readonly ICurrentDbContext _current;

    public UnitOfWorkDatabaseFacade(
        IDbContextTransactionManager transactionManager,
        IDatabaseCreator databaseCreator,
        IExecutionStrategy executionStrategy,
        IExecutionStrategyFactory executionStrategyFactory,
        IEnumerable<IDatabaseProvider> databaseProviders,
        IRelationalCommandDiagnosticsLogger commandLogger,
        IConcurrencyDetector concurrencyDetector,
        IRelationalConnection relationalConnection,
        IRawSqlCommandBuilder rawSqlCommandBuilder,
        ICoreSingletonOptions coreOptions,
        IAsyncQueryProvider queryProvider,
        IAdHocMapper adHocMapper,
        IRelationalTypeMappingSource typeMappingSource,
        ICurrentDbContext current
    )
        : base(
            transactionManager,
            databaseCreator,
            executionStrategy,
            executionStrategyFactory,
            databaseProviders,
            commandLogger,
            concurrencyDetector,
            relationalConnection,
            rawSqlCommandBuilder,
            coreOptions,
            queryProvider,
            adHocMapper,
            typeMappingSource
        ) => _current = current;

    public override IRelationalConnection RelationalConnection
    {
        get
        {
            if (UnitOfWork.On(_current.Context) is { Transaction: null, IsBeginning: false, Result: null } unit)
                unit.BeginOwnTransaction();
            return base.RelationalConnection;
        }
    }
}
