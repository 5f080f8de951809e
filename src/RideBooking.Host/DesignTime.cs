using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Design;
using RideBooking.Platform.Persistence;

namespace RideBooking.Host;

// How `dotnet ef` gets a context of each provider without a server: see docs/developing.md.

internal sealed class SqliteDesign : IDesignTimeDbContextFactory<SqliteAppDbContext>
{
    public SqliteAppDbContext CreateDbContext(string[] args) =>
        new(
            new DbContextOptionsBuilder<SqliteAppDbContext>().UseSqlite().UseSnakeCaseNamingConvention().Options,
            Modules.All
        );
}

internal sealed class SqlServerDesign : IDesignTimeDbContextFactory<SqlServerAppDbContext>
{
    public SqlServerAppDbContext CreateDbContext(string[] args) =>
        new(
            new DbContextOptionsBuilder<SqlServerAppDbContext>().UseSqlServer().UseSnakeCaseNamingConvention().Options,
            Modules.All
        );
}

internal sealed class PostgresDesign : IDesignTimeDbContextFactory<PostgresAppDbContext>
{
    public PostgresAppDbContext CreateDbContext(string[] args) =>
        new(
            new DbContextOptionsBuilder<PostgresAppDbContext>().UseNpgsql().UseSnakeCaseNamingConvention().Options,
            Modules.All
        );
}
