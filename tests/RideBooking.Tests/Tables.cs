using System.Runtime.CompilerServices;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata;

namespace RideBooking.Tests;

/// <summary>
/// The tables of a model in a new database. On SQLite they are made once, and from then on the file is copied: making them
/// is much of what a short test does.
/// </summary>
internal static class Tables
{
    static readonly ConditionalWeakTable<IModel, byte[]> s_made = [];

    /// <returns>As EnsureCreated has it: true, they are new.</returns>
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
            // What is pooled is not closed, and what is not closed not all in its file.
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
