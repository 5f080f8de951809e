using System.Text;

namespace MassTransit.EntityFrameworkCoreIntegration;

/// <summary>Locks rows with the hints <c>UPDLOCK, ROWLOCK</c>.</summary>
public class SqlServerLockStatementProvider : SqlLockStatementProvider
{
    /// <summary>Creates statements for tables in the model's schema or in the login's default one.</summary>
    /// <param name="enableSchemaCaching">Whether a statement is built once per model.</param>
    /// <param name="serializable">Whether the absence of a row is locked as well.</param>
    public SqlServerLockStatementProvider(bool enableSchemaCaching = true, bool serializable = false)
        : base(new SqlServerLockStatementFormatter(serializable), enableSchemaCaching) { }

    /// <summary>Creates statements for tables in the model's schema, or in this one if the model names none.</summary>
    /// <param name="schemaName">The schema of tables for which the model names none.</param>
    /// <param name="enableSchemaCaching">Whether a statement is built once per model.</param>
    /// <param name="serializable">Whether the absence of a row is locked as well.</param>
    public SqlServerLockStatementProvider(string schemaName, bool enableSchemaCaching = true, bool serializable = false)
        : base(schemaName, new SqlServerLockStatementFormatter(serializable), enableSchemaCaching) { }
}

/// <summary>Locks rows with the hints <c>UPDLOCK, ROWLOCK</c>.</summary>
/// <param name="serializable">Whether the absence of a row is locked as well.</param>
public class SqlServerLockStatementFormatter(bool serializable) : ILockStatementFormatter
{
    /// <inheritdoc />
    public void Create(StringBuilder sb, string? schema, string table) =>
        sb.Append("SELECT * FROM ")
            .Append(Table(schema, table))
            .Append(" WITH (UPDLOCK, ROWLOCK")
            .Append(serializable ? ", SERIALIZABLE" : "")
            .Append(") WHERE ");

    /// <inheritdoc />
    public void AppendColumn(StringBuilder sb, int index, string columnName) =>
        sb.Append(index == 0 ? "" : " AND ").Append(Quote(columnName)).Append(" = @p").Append(index);

    /// <inheritdoc />
    public void Complete(StringBuilder sb) { }

    /// <inheritdoc />
    public void CreateOutboxStatement(StringBuilder sb, string? schema, string table, string columnName) =>
        sb.Append("SELECT TOP 1 * FROM ")
            .Append(Table(schema, table))
            .Append(" WITH (UPDLOCK, ROWLOCK, READPAST) ORDER BY ")
            .Append(Quote(columnName));

    static string Table(string? schema, string table) =>
        string.IsNullOrEmpty(schema) ? Quote(table) : $"{Quote(schema)}.{Quote(table)}";

    static string Quote(string name) => $"[{name.Replace("]", "]]", StringComparison.Ordinal)}]";
}
