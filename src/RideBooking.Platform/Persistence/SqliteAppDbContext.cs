using System.Globalization;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage.ValueConversion;

namespace RideBooking.Platform.Persistence;

/// <summary>The context on SQLite: table prefixes instead of schemas, and instants as sortable text.</summary>
public sealed class SqliteAppDbContext(DbContextOptions<SqliteAppDbContext> options) : AppDbContext(options)
{
    /// <inheritdoc />
    protected override void OnModelCreating(ModelBuilder modelBuilder)
    {
        base.OnModelCreating(modelBuilder);
        foreach (var entity in modelBuilder.Model.GetEntityTypes())
            if (entity is { BaseType: null } && entity.GetSchema() is { } schema && entity.GetTableName() is { } table)
            {
                entity.SetTableName($"{schema}_{table}");
                entity.SetSchema(null);
            }
    }

    /// <inheritdoc />
    protected override void ConfigureConventions(ModelConfigurationBuilder configurationBuilder)
    {
        base.ConfigureConventions(configurationBuilder);
        configurationBuilder.Properties<DateTimeOffset>().HaveConversion<SortableInstant>();
    }

    /// <summary>
    /// Stores instants, for which SQLite has no type, as fixed-width UTC text that sorts by time and that people can read.
    /// </summary>
    sealed class SortableInstant()
        : ValueConverter<DateTimeOffset, string>(
            instant => instant.UtcDateTime.ToString(Format, CultureInfo.InvariantCulture),
            text => new DateTimeOffset(
                DateTime.ParseExact(
                    text,
                    Format,
                    CultureInfo.InvariantCulture,
                    DateTimeStyles.AdjustToUniversal | DateTimeStyles.AssumeUniversal
                )
            )
        )
    {
        const string Format = "yyyy-MM-dd HH:mm:ss.fffffff'Z'";
    }
}
