using Microsoft.EntityFrameworkCore;

namespace RideBooking.Platform.Persistence;

/// <summary>The context on SQL Server and on servers that speak its language.</summary>
public sealed class SqlServerAppDbContext(DbContextOptions<SqlServerAppDbContext> options, IEnumerable<IModule> modules)
    : AppDbContext(options, modules)
{
    /// <inheritdoc />
    protected override void OnModelCreating(ModelBuilder modelBuilder)
    {
        base.OnModelCreating(modelBuilder);

        // Plain INSERT and UPDATE with @@ROWCOUNT: works beside triggers and on every server that speaks T-SQL.
        foreach (var entity in modelBuilder.Model.GetEntityTypes())
            entity.UseSqlOutputClause(false);
    }
}
