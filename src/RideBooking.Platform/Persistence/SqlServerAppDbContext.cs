using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata;

namespace RideBooking.Platform.Persistence;

/// <summary>The context on SQL Server and on servers that understand its language.</summary>
public sealed class SqlServerAppDbContext(DbContextOptions<SqlServerAppDbContext> options) : AppDbContext(options)
{
    // Most servers' default ignores case: rider "anna" would see the rides of rider "Anna". The other providers compare exactly.
    const string ExactComparison = "Latin1_General_BIN2";

    /// <inheritdoc />
    protected override void OnModelCreating(ModelBuilder modelBuilder)
    {
        base.OnModelCreating(modelBuilder);

        // Plain INSERT and UPDATE with @@ROWCOUNT: works beside triggers and on every server that speaks T-SQL.
        foreach (var entity in modelBuilder.Model.GetEntityTypes())
        {
            entity.UseSqlOutputClause(false);
            foreach (var property in Properties(entity).Where(IsText))
                property.SetCollation(ExactComparison);
        }
    }

    static IEnumerable<IMutableProperty> Properties(IMutableTypeBase type) =>
        [.. type.GetProperties(), .. type.GetComplexProperties().SelectMany(value => Properties(value.ComplexType))];

    static bool IsText(IMutableProperty property)
    {
        var type = property.GetProviderClrType() ?? property.GetValueConverter()?.ProviderClrType ?? property.ClrType;
        return type == typeof(string) || type == typeof(Uri) || property.IsPrimitiveCollection;
    }
}
