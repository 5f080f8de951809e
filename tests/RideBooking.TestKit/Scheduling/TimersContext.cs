using MassTransit;
using Microsoft.EntityFrameworkCore;

namespace RideBooking.TestKit.Scheduling;

/// <summary>An application's context: the scheduler's tables and one table of the application.</summary>
internal class TimersContext(QuartzDatabase database, string connectionString = "") : DbContext
{
    public DbSet<Ping> Pings => Set<Ping>();

    protected override void OnConfiguring(DbContextOptionsBuilder options)
    {
        switch (database)
        {
            case QuartzDatabase.Sqlite:
                options.UseSqlite(connectionString);
                break;
            case QuartzDatabase.SqlServer:
                options.UseSqlServer(connectionString);
                break;
            default:
                options.UseNpgsql(connectionString);
                break;
        }
    }

    protected override void OnModelCreating(ModelBuilder modelBuilder) =>
        modelBuilder.AddQuartzTables(Database.ProviderName);
}

/// <summary>The same with names in snake case. It is a separate type because EF Core keeps one model per type.</summary>
internal sealed class SnakeCaseTimersContext(QuartzDatabase database, string connectionString = "")
    : TimersContext(database, connectionString)
{
    protected override void OnConfiguring(DbContextOptionsBuilder options)
    {
        base.OnConfiguring(options);
        options.UseSnakeCaseNamingConvention();
    }
}

internal sealed class Ping
{
    public Guid Id { get; init; }

    public string Payload { get; set; } = "";
}
