using System.Text;

namespace MassTransit.EntityFrameworkCoreIntegration;

/// <summary>SQLite has no row lock: a transaction is begun as the database's only writer, and that is the lock.</summary>
public class SqliteLockStatementProvider : SqlLockStatementProvider
{
    /// <summary>For tables of the main database.</summary>
    public SqliteLockStatementProvider(bool enableSchemaCaching = true)
        : base(new SqliteLockStatementFormatter(), enableSchemaCaching) { }

    /// <summary>For tables of an attached database, where the model names none.</summary>
    public SqliteLockStatementProvider(string schemaName, bool enableSchemaCaching = true)
        : base(schemaName, new SqliteLockStatementFormatter(), enableSchemaCaching) { }
}

/// <summary>Plain queries: the transaction is the lock.</summary>
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

    // A schema of the model is not a schema of SQLite, which has only attached databases.
    static string Table(string? schema, string table) =>
        string.IsNullOrEmpty(schema) ? Quote(table) : $"{Quote(schema)}.{Quote(table)}";

    static string Quote(string name) => $"\"{name.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";
}
