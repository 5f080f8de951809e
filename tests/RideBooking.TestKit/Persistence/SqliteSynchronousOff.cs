using System.Data.Common;
using Microsoft.EntityFrameworkCore.Diagnostics;

namespace RideBooking.TestKit.Persistence;

/// <summary>Turns off synchronous writes: they take most of a lab's time, and its database is temporary.</summary>
internal sealed class SqliteSynchronousOff : DbConnectionInterceptor
{
    public override async Task ConnectionOpenedAsync(
        DbConnection connection,
        ConnectionEndEventData eventData,
        CancellationToken cancellationToken = default
    )
    {
        await using var command = connection.CreateCommand();
        command.CommandText = "PRAGMA synchronous=OFF";
        await command.ExecuteNonQueryAsync(cancellationToken);
    }
}
