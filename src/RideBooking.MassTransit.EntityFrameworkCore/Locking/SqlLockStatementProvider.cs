using System.Collections.Concurrent;
using System.Text;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata;

namespace MassTransit.EntityFrameworkCoreIntegration;

/// <summary>
/// Creates lock statements with the table and column names of the context's model, so that they follow its naming conventions
/// and schemas.
/// </summary>
public class SqlLockStatementProvider : ILockStatementProvider
{
    readonly ConcurrentDictionary<(IModel Model, Type Entity, string Columns), string> _statements = new();
    readonly ILockStatementFormatter _formatter;
    readonly string? _defaultSchema;
    readonly bool _enableSchemaCaching;

    /// <summary>Creates statements for tables in the model's schema, or in the connection's default one.</summary>
    public SqlLockStatementProvider(ILockStatementFormatter formatter, bool enableSchemaCaching = true)
        : this(null, formatter, enableSchemaCaching) { }

    /// <summary>Creates statements for tables in the model's schema, or in this one if the model names none.</summary>
    public SqlLockStatementProvider(
        string? defaultSchema,
        ILockStatementFormatter formatter,
        bool enableSchemaCaching = true
    )
    {
        _defaultSchema = defaultSchema;
        _formatter = formatter;
        _enableSchemaCaching = enableSchemaCaching;
    }

    /// <inheritdoc />
    public virtual string GetRowLockStatement<T>(DbContext context)
        where T : class => GetRowLockStatement<T>(context, nameof(ISaga.CorrelationId));

    /// <inheritdoc />
    public virtual string GetRowLockStatement<T>(DbContext context, params string[] propertyNames)
        where T : class =>
        Statement(
            context,
            typeof(T),
            propertyNames,
            (statement, schema, table, columns) =>
            {
                _formatter.Create(statement, schema, table);
                for (var i = 0; i < columns.Count; i++)
                    _formatter.AppendColumn(statement, i, columns[i]);
                _formatter.Complete(statement);
            }
        );

    /// <inheritdoc />
    public virtual string GetOutboxStatement(DbContext context) =>
        Statement(
            context,
            typeof(OutboxState),
            [nameof(OutboxState.Created)],
            (statement, schema, table, columns) =>
                _formatter.CreateOutboxStatement(statement, schema, table, columns[0])
        );

    string Statement(
        DbContext context,
        Type type,
        string[] propertyNames,
        Action<StringBuilder, string?, string, IReadOnlyList<string>> format
    )
    {
        ArgumentNullException.ThrowIfNull(context);

        // Two contexts may map one type differently, so the model is part of the key.
        return _enableSchemaCaching
            ? _statements.GetOrAdd((context.Model, type, string.Join(',', propertyNames)), _ => Build())
            : Build();

        string Build()
        {
            var entity =
                context.Model.FindEntityType(type)
                ?? throw new InvalidOperationException($"{type.Name} is not part of {context.GetType().Name}'s model.");
            var table =
                StoreObjectIdentifier.Create(entity, StoreObjectType.Table)
                ?? throw new InvalidOperationException($"{type.Name} is not mapped to a table.");
            var columns = propertyNames
                .Select(name =>
                    entity.FindProperty(name)?.GetColumnName(table)
                    ?? throw new InvalidOperationException($"{type.Name} has no column for {name}.")
                )
                .ToList();

            var statement = new StringBuilder(128);
            format(statement, table.Schema ?? _defaultSchema, table.Name, columns);
            return statement.ToString();
        }
    }
}
