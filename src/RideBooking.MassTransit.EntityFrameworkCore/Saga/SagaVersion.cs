using System.Collections.Concurrent;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.ChangeTracking;
using Microsoft.EntityFrameworkCore.Metadata;

namespace MassTransit.EntityFrameworkCoreIntegration.Saga;

/// <summary>Increments the version token of a changed saga.</summary>
/// <remarks>
/// Only <c>int</c> and <c>long</c> tokens that the database does not generate are incremented; a token that the saga has
/// changed itself is left alone.
/// </remarks>
static class SagaVersion
{
    static readonly ConcurrentDictionary<IModel, ConcurrentDictionary<Type, bool>> Warned = new();

    public static void Advance(EntityEntry entry)
    {
        foreach (var property in entry.Properties)
        {
            if (!property.Metadata.IsConcurrencyToken || property.Metadata.ValueGenerated != ValueGenerated.Never)
                continue;
            if (!Equals(property.CurrentValue, property.OriginalValue) || !IsChanged(entry))
                continue;

            property.CurrentValue = property.CurrentValue switch
            {
                int version => version + 1,
                long version => version + 1,
                var other => other,
            };
        }
    }

    /// <summary>
    /// Logs a warning if the saga has no token, because optimistic concurrency would then silently lose updates.
    /// </summary>
    public static void WarnIfMissing<TSaga>(DbContext context)
        where TSaga : class, ISaga
    {
        if (!Warned.GetOrAdd(context.Model, _ => new()).TryAdd(typeof(TSaga), true))
            return;

        var entity = context.Model.FindEntityType(typeof(TSaga));
        if (entity is not null && !entity.GetProperties().Any(property => property.IsConcurrencyToken))
            LogContext.Warning?.Log(
                "{Saga} is stored with optimistic concurrency, but its map configures no concurrency token: concurrent updates overwrite each other",
                typeof(TSaga).Name
            );
    }

    // Changes of owned types and included children count as changes of the saga.
    static bool IsChanged(EntityEntry entry) =>
        entry.State is EntityState.Modified
        || entry.Navigations.Any(navigation =>
            navigation switch
            {
                CollectionEntry { Metadata: INavigation { IsOnDependent: false }, CurrentValue: not null } children =>
                    children.IsModified
                        || children
                            .CurrentValue.Cast<object>()
                            .Any(child => children.FindEntry(child) is { State: not EntityState.Unchanged }),
                ReferenceEntry { Metadata: INavigation { IsOnDependent: false }, TargetEntry: { } child } => child.State
                    is not EntityState.Unchanged,
                _ => false,
            }
        );
}
