using System.Reflection;
using MassTransit;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.Extensions.DependencyInjection;
using RideBooking.Contracts;
using RideBooking.EventLog;
using RideBooking.EventLog.Subscriptions;

namespace RideBooking.Platform.Persistence;

/// <summary>The one context of the application, composed from its modules.</summary>
/// <remarks>
/// Inbox entry, state change, outgoing messages and event log rows must be one transaction. Entities are internal to their
/// module.
/// </remarks>
public abstract class AppDbContext(DbContextOptions options) : DbContext(options)
{
    /// <summary>The schema of the inbox, the outbox and the scheduler.</summary>
    public const string MessagingSchema = "messaging";

    /// <summary>The schema of the platform's own tables.</summary>
    public const string PlatformSchema = "platform";

    static readonly MethodInfo s_showLive = typeof(AppDbContext).GetMethod(
        nameof(ShowLive),
        BindingFlags.Instance | BindingFlags.NonPublic
    )!;

    // Pooled contexts get only their options; the modules come from the application's services.
    readonly IReadOnlyList<IModule> _modules =
    [
        .. options.FindExtension<CoreOptionsExtension>()?.ApplicationServiceProvider?.GetServices<IModule>() ?? [],
    ];

    /// <summary>The names of the modules that this context is composed from.</summary>
    internal string Composition => field ??= string.Join(' ', _modules.Select(module => module.Name));

    /// <inheritdoc />
    protected override void OnModelCreating(ModelBuilder modelBuilder)
    {
        modelBuilder.AddTransactionalOutboxEntities();
        modelBuilder.AddScheduledOutboxMessageEntity();
        modelBuilder.AddQuartzTables(Database.ProviderName!, schema: MessagingSchema);
        modelBuilder.AddEventLog();
        modelBuilder.ApplyConfigurationsFromAssembly(typeof(AppDbContext).Assembly);
        foreach (var module in _modules)
        {
            modelBuilder.ApplyConfigurationsFromAssembly(module.GetType().Assembly);
            module.MapSharedTables(modelBuilder);
        }

        foreach (var row in modelBuilder.Model.GetEntityTypes().Select(entity => entity.ClrType).ToList())
            if (row.IsAssignableTo(typeof(IProjectedRow)))
                s_showLive.MakeGenericMethod(row).Invoke(this, [modelBuilder]);

        var schemas = _modules.ToDictionary(module => module.GetType().Assembly, module => module.Name);
        foreach (var entity in modelBuilder.Model.GetEntityTypes())
        {
            foreach (var value in entity.GetComplexProperties())
            {
                if (value.ClrType == typeof(Money))
                    value.ComplexType.FindProperty(nameof(Money.Currency))!.SetMaxLength(3);
                else if (value.ClrType == typeof(Place))
                    value.ComplexType.FindProperty(nameof(Place.Address))!.SetMaxLength(Place.MaxAddressLength);
                else if (value.ClrType == typeof(Vehicle))
                {
                    value.ComplexType.FindProperty(nameof(Vehicle.Class))!.SetMaxLength(Vehicle.MaxClassLength);
                    value.ComplexType.FindProperty(nameof(Vehicle.Plate))!.SetMaxLength(Vehicle.MaxPlateLength);
                    value.ComplexType.FindProperty(nameof(Vehicle.Model))!.SetMaxLength(Vehicle.MaxModelLength);
                }
            }
            if (entity.GetSchema() is not null)
                continue;
            if (schemas.TryGetValue(entity.ClrType.Assembly, out var schema))
                entity.SetSchema(schema);
            else if (entity.ClrType.Assembly == typeof(AppDbContext).Assembly)
                entity.SetSchema(PlatformSchema);
            else
                entity.SetSchema(MessagingSchema);
        }
    }

    void ShowLive<TRow>(ModelBuilder model)
        where TRow : class, IProjectedRow
    {
        var projection = TRow.Projection;
        model
            .Entity<TRow>()
            .HasQueryFilter(row =>
                row.Generation
                == Set<Subscription>()
                    .Where(live => live.Name == projection && live.IsLive)
                    .Select(live => live.Generation)
                    .FirstOrDefault()
            );
    }

    /// <inheritdoc />
    protected override void ConfigureConventions(ModelConfigurationBuilder configurationBuilder)
    {
        configurationBuilder.Properties<decimal>().HavePrecision(18, 4);
        configurationBuilder.ComplexProperties<Money>();
        configurationBuilder.ComplexProperties<Place>();
        configurationBuilder.ComplexProperties<Vehicle>();
        configurationBuilder
            .Properties<IReadOnlyList<Place>>()
            .HaveConversion<PlacesConverter, PlacesConverter.Comparer>();
    }
}
