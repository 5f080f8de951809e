using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Design;
using RideBooking.Platform.Persistence;

namespace RideBooking.Host;

// Creates a context of each provider for `dotnet ef`, without a server: see docs/developing.md.

internal sealed class SqliteDesign : IDesignTimeDbContextFactory<SqliteAppDbContext>
{
    public SqliteAppDbContext CreateDbContext(string[] args) =>
        new(
            DesignTime.Options<SqliteAppDbContext>(db =>
                db.UseSqlite(sqlite => sqlite.MigrationsAssembly(PersistenceRegistration.MigrationsAssembly))
            )
        );
}

internal sealed class SqlServerDesign : IDesignTimeDbContextFactory<SqlServerAppDbContext>
{
    public SqlServerAppDbContext CreateDbContext(string[] args) =>
        new(
            DesignTime.Options<SqlServerAppDbContext>(db =>
                db.UseSqlServer(server => server.MigrationsAssembly(PersistenceRegistration.MigrationsAssembly))
            )
        );
}

internal sealed class PostgresDesign : IDesignTimeDbContextFactory<PostgresAppDbContext>
{
    public PostgresAppDbContext CreateDbContext(string[] args) =>
        new(
            DesignTime.Options<PostgresAppDbContext>(db =>
                db.UseNpgsql(server => server.MigrationsAssembly(PersistenceRegistration.MigrationsAssembly))
            )
        );
}

file static class DesignTime
{
    public static DbContextOptions<TContext> Options<TContext>(Action<DbContextOptionsBuilder> useDatabase)
        where TContext : AppDbContext
    {
        var modules = new ServiceCollection();
        foreach (var module in Modules.All)
            modules.AddSingleton(module);
        var db = new DbContextOptionsBuilder<TContext>();
        useDatabase(db);
        db.UseSnakeCaseNamingConvention().UseApplicationServiceProvider(modules.BuildServiceProvider());
        return db.Options;
    }
}
