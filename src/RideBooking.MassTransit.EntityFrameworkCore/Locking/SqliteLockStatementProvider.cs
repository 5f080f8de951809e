using System.Text;

namespace MassTransit.EntityFrameworkCoreIntegration;

/// <summary>
/// Creates plain queries: SQLite has no row locks, so the transaction, which begins as the database's only writer, is the
/// lock.
/// </summary>
public class SqliteLockStatementProvider : SqlLockStatementProvider
{
    /// <summary>Creates statements for tables of the main database.</summary>
    public SqliteLockStatementProvider(bool enableSchemaCaching = true)
        : base(new SqliteLockStatementFormatter(), enableSchemaCaching) { }

    /// <summary>Creates statements for tables of an attached database, if the model names none.</summary>
    public SqliteLockStatementProvider(string schemaName, bool enableSchemaCaching = true)
        : base(schemaName, new SqliteLockStatementFormatter(), enableSchemaCaching) { }
}

/// <summary>Formats plain queries: the transaction is the lock.</summary>
public class SqliteLockStatementFormatter : ILockStatementFormatter
{
    /// <inheritdoc />
    public void Create(StringBuilder sb, string? schema, string table) =>
        sb.Append("SELECT * FROM ").Append(Table(schema, table)).Append(" WHERE ");

    /// <inheritdoc />
    public void AppendColumn(StringBuilder sb, int index, string columnName) =>
        sb.Append(index == 0 ? "" : " AND ").Append(Quote(columnName)).Append(" = @p").Append(index);

    /// <inheritdoc />
    public void Complete(StringBuilder sb) { }

    /// <inheritdoc />
    public void CreateOutboxStatement(StringBuilder sb, string? schema, string table, string columnName) =>
        sb.Append("SELECT * FROM ")
            .Append(Table(schema, table))
            .Append(" ORDER BY ")
            .Append(Quote(columnName))
            .Append(" LIMIT 1");

    // A schema of the model is not a schema in SQLite, which has only attached databases.
    static string Table(string? schema, string table) =>
        string.IsNullOrEmpty(schema) ? Quote(table) : $"{Quote(schema)}.{Quote(table)}";

    static string Quote(string name) => $"\"{name.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";
}
