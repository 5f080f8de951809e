using MassTransit.QuartzIntegration;
using Microsoft.EntityFrameworkCore;

namespace MassTransit;

/// <summary>Adds the scheduler's tables to a model, so that migrations create them.</summary>
public static class QuartzModelBuilderExtensions
{
    /// <summary>The default prefix of Quartz's table names.</summary>
    public const string DefaultTablePrefix = "QRTZ_";

    /// <summary>Maps the tables of Quartz's AdoJobStore.</summary>
    /// <remarks>
    /// Prefix and schema must be those given to <see cref="PersistentSchedulerExtensions.UsePersistentScheduler"/>. All names
    /// are explicit, so a naming convention does not change them.
    /// </remarks>
    /// <param name="modelBuilder">The model.</param>
    /// <param name="providerName">The context's <c>Database.ProviderName</c>, for column types.</param>
    /// <param name="tablePrefix">The prefix of each table's name.</param>
    /// <param name="schema">The schema; the connection's default when null.</param>
    /// <exception cref="NotSupportedException">The provider is not SQLite, SQL Server or PostgreSQL.</exception>
    public static ModelBuilder AddQuartzTables(
        this ModelBuilder modelBuilder,
        string? providerName,
        string tablePrefix = DefaultTablePrefix,
        string? schema = null
    ) => modelBuilder.AddQuartzTables(DatabaseOf(providerName), tablePrefix, schema);

    /// <summary>Maps the tables of Quartz's AdoJobStore for a database named by the caller.</summary>
    /// <param name="modelBuilder">The model.</param>
    /// <param name="database">The database, for column types.</param>
    /// <param name="tablePrefix">The prefix of each table's name.</param>
    /// <param name="schema">The schema; the connection's default when null.</param>
    public static ModelBuilder AddQuartzTables(
        this ModelBuilder modelBuilder,
        QuartzDatabase database,
        string tablePrefix = DefaultTablePrefix,
        string? schema = null
    )
    {
        ArgumentNullException.ThrowIfNull(modelBuilder);
        new QuartzTables(modelBuilder, database, tablePrefix, schema).Map();
        return modelBuilder;
    }

    static QuartzDatabase DatabaseOf(string? providerName) =>
        providerName switch
        {
            "Microsoft.EntityFrameworkCore.Sqlite" => QuartzDatabase.Sqlite,
            "Microsoft.EntityFrameworkCore.SqlServer" => QuartzDatabase.SqlServer,
            "Npgsql.EntityFrameworkCore.PostgreSQL" => QuartzDatabase.Postgres,
            _ => throw new NotSupportedException($"Quartz's tables are not known for the provider {providerName}."),
        };
}
