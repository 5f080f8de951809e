using MassTransit;
using Microsoft.EntityFrameworkCore;

namespace RideBooking.Tests.MassTransitOnQuartz;

/// <summary>An application's context: the scheduler's tables, and one of its own.</summary>
internal sealed class TimersContext(QuartzDatabase database, string connectionString = "", bool snakeCase = true)
    : DbContext
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

        if (snakeCase)
            options.UseSnakeCaseNamingConvention();

        // Models differ by database and convention, and the context's type alone does not say so.
        options.ReplaceService<Microsoft.EntityFrameworkCore.Infrastructure.IModelCacheKeyFactory, ModelPerDatabase>();
    }

    protected override void OnModelCreating(ModelBuilder modelBuilder) =>
        modelBuilder.AddQuartzTables(Database.ProviderName);

    (QuartzDatabase, bool) Kind => (database, snakeCase);

    sealed class ModelPerDatabase : Microsoft.EntityFrameworkCore.Infrastructure.IModelCacheKeyFactory
    {
        public object Create(DbContext context, bool designTime) => (((TimersContext)context).Kind, designTime);
    }
}

internal sealed class Ping
{
    public Guid Id { get; init; }

    public string Payload { get; set; } = "";
}
