using System.Data.Common;
using Microsoft.EntityFrameworkCore.Diagnostics;

namespace RideBooking.Platform.Persistence;

/// <summary>
/// Sets on each connection what SQLite does not store: how long to wait for the scheduler's writes to the same file.
/// </summary>
/// <remarks>Every commit is synced (synchronous=FULL), so that an accepted ride survives a power failure.</remarks>
internal sealed class SqlitePragmas : DbConnectionInterceptor
{
    const string Sql = "PRAGMA busy_timeout=30000; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON;";

    public override void ConnectionOpened(DbConnection connection, ConnectionEndEventData eventData)
    {
        using var command = connection.CreateCommand();
        command.CommandText = Sql;
        command.ExecuteNonQuery();
    }

    public override async Task ConnectionOpenedAsync(
        DbConnection connection,
        ConnectionEndEventData eventData,
        CancellationToken cancellationToken = default
    )
    {
        await using var command = connection.CreateCommand();
        command.CommandText = Sql;
        await command.ExecuteNonQueryAsync(cancellationToken);
    }
}
