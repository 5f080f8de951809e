using System.Data.Common;
using Microsoft.EntityFrameworkCore.Diagnostics;

namespace RideBooking.TestKit.Persistence;

/// <summary>Hides a table's rows from one query, as if the transaction that wrote them had not committed yet.</summary>
internal sealed class HiddenRows : DbCommandInterceptor
{
    volatile string? _table;

    /// <summary>Whether the query has come.</summary>
    public bool WereHidden { get; private set; }

    /// <summary>Hides the table's rows from the next query that reads them.</summary>
    public void HideOnce(string table) => _table = table;

    public override ValueTask<InterceptionResult<DbDataReader>> ReaderExecutingAsync(
        DbCommand command,
        CommandEventData eventData,
        InterceptionResult<DbDataReader> result,
        CancellationToken cancellationToken = default
    )
    {
        if (_table is { } table && command.CommandText.Contains($"FROM \"{table}\"", StringComparison.Ordinal))
        {
            (_table, WereHidden) = (null, true);
            command.CommandText = $"SELECT * FROM ({command.CommandText}) WHERE 0 = 1";
        }
        return ValueTask.FromResult(result);
    }
}
