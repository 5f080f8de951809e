using System.Runtime.CompilerServices;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata;

namespace RideBooking.Tests;

/// <summary>
/// Creates the tables of a model in a new database. On SQLite they are created once and the file is copied afterwards,
/// because creating them takes much of a short test's time.
/// </summary>
internal static class Tables
{
    static readonly ConditionalWeakTable<IModel, byte[]> s_made = [];

    /// <returns>True, like EnsureCreated for new tables.</returns>
    public static async Task<bool> CreateIn(DbContext db, CancellationToken cancellationToken)
    {
        if (db.Database.IsSqlite() && s_made.TryGetValue(db.Model, out var made))
        {
            var file = new SqliteConnectionStringBuilder(db.Database.GetConnectionString()).DataSource;
            await File.WriteAllBytesAsync(file, made, cancellationToken);
            return true;
        }
        await db.Database.EnsureCreatedAsync(cancellationToken);
        if (db.Database.IsSqlite())
            s_made.AddOrUpdate(db.Model, await CopyOf(db, cancellationToken));
        return true;
    }

    static async Task<byte[]> CopyOf(DbContext db, CancellationToken cancellationToken)
    {
        var file = Path.Combine(Path.GetTempPath(), $"tables-{Guid.CreateVersion7():N}.db");
        try
        {
            await db.Database.OpenConnectionAsync(cancellationToken);
            // Pooled connections stay open, and the file of an open database is incomplete.
            await using (var copy = new SqliteConnection($"Data Source={file};Pooling=False"))
            {
                await copy.OpenAsync(cancellationToken);
                ((SqliteConnection)db.Database.GetDbConnection()).BackupDatabase(copy);
            }
            return await File.ReadAllBytesAsync(file, cancellationToken);
        }
        finally
        {
            await db.Database.CloseConnectionAsync();
            File.Delete(file);
        }
    }
}
