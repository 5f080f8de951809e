using Microsoft.EntityFrameworkCore;

namespace MassTransit.EntityFrameworkCoreIntegration;

/// <summary>Locks rows with the statements of the database that the context uses.</summary>
sealed class ProviderLockStatements : ILockStatementProvider
{
    public static readonly ProviderLockStatements Instance = new();

    readonly PostgresLockStatementProvider _postgres = new();
    readonly SqlServerLockStatementProvider _sqlServer = new();
    readonly SqliteLockStatementProvider _sqlite = new();

    ProviderLockStatements() { }

    public string GetRowLockStatement<T>(DbContext context)
        where T : class => For(context).GetRowLockStatement<T>(context);

    public string GetRowLockStatement<T>(DbContext context, params string[] propertyNames)
        where T : class => For(context).GetRowLockStatement<T>(context, propertyNames);

    public string GetOutboxStatement(DbContext context) => For(context).GetOutboxStatement(context);

    SqlLockStatementProvider For(DbContext context) =>
        context.Database.ProviderName switch
        {
            "Npgsql.EntityFrameworkCore.PostgreSQL" => _postgres,
            "Microsoft.EntityFrameworkCore.SqlServer" => _sqlServer,
            "Microsoft.EntityFrameworkCore.Sqlite" => _sqlite,
            var provider => throw new NotSupportedException(
                $"No row lock is known for {provider}: set LockStatementProvider or ConcurrencyMode.Optimistic."
            ),
        };
}
