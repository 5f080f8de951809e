using System.Text;

namespace MassTransit.EntityFrameworkCoreIntegration;

/// <summary>Formats the parts of a row-locking query in one database's dialect.</summary>
public interface ILockStatementFormatter
{
    /// <summary>Begins a query of this table; an empty schema means the connection's default schema.</summary>
    void Create(StringBuilder sb, string? schema, string table);

    /// <summary>Adds the condition that this column equals parameter number <paramref name="index" />.</summary>
    void AppendColumn(StringBuilder sb, int index, string columnName);

    /// <summary>Ends the query.</summary>
    void Complete(StringBuilder sb);

    /// <summary>Creates the query that reads and locks the first unlocked row, ordered by this column.</summary>
    void CreateOutboxStatement(StringBuilder sb, string? schema, string table, string columnName);
}
