using System.Text;

namespace MassTransit.EntityFrameworkCoreIntegration;

/// <summary>Locks rows with <c>FOR UPDATE</c>.</summary>
public class PostgresLockStatementProvider : SqlLockStatementProvider
{
    /// <summary>Creates statements for tables in the model's schema or in the search path.</summary>
    public PostgresLockStatementProvider(bool enableSchemaCaching = true)
        : base(new PostgresLockStatementFormatter(), enableSchemaCaching) { }

    /// <summary>Creates statements for tables in the model's schema, or in this one if the model names none.</summary>
    public PostgresLockStatementProvider(string schemaName, bool enableSchemaCaching = true)
        : base(schemaName, new PostgresLockStatementFormatter(), enableSchemaCaching) { }
}

/// <summary>Locks rows with <c>FOR UPDATE</c>.</summary>
public class PostgresLockStatementFormatter : ILockStatementFormatter
{
    // A map may use the row's system version column as its token.
    const string Select = "SELECT *, xmin FROM ";

    /// <inheritdoc />
    public void Create(StringBuilder sb, string? schema, string table) =>
        sb.Append(Select).Append(Table(schema, table)).Append(" WHERE ");

    /// <inheritdoc />
    public void AppendColumn(StringBuilder sb, int index, string columnName) =>
        sb.Append(index == 0 ? "" : " AND ").Append(Quote(columnName)).Append(" = @p").Append(index);

    /// <inheritdoc />
    public void Complete(StringBuilder sb) => sb.Append(" FOR UPDATE");

    /// <inheritdoc />
    public void CreateOutboxStatement(StringBuilder sb, string? schema, string table, string columnName) =>
        sb.Append(Select)
            .Append(Table(schema, table))
            .Append(" ORDER BY ")
            .Append(Quote(columnName))
            .Append(" LIMIT 1 FOR UPDATE SKIP LOCKED");

    static string Table(string? schema, string table) =>
        string.IsNullOrEmpty(schema) ? Quote(table) : $"{Quote(schema)}.{Quote(table)}";

    static string Quote(string name) => $"\"{name.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";
}
