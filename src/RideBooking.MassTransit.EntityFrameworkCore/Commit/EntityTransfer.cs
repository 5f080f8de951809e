using System.Collections.Concurrent;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.ChangeTracking;
using Microsoft.EntityFrameworkCore.Metadata;

namespace MassTransit.EntityFrameworkCoreIntegration;

/// <summary>
/// Moves the tracked changes of one context to another one, which saves them together with the changes of others.
/// </summary>
/// <remarks>
/// It moves only entities without relationships. Entities that are connected by navigations are left to their own context,
/// which knows how to save them.
/// </remarks>
static class EntityTransfer
{
    static readonly ConcurrentDictionary<IEntityType, bool> s_standAlone = new(ReferenceEqualityComparer.Instance);

    /// <summary>Returns the changes, or null if one of them cannot be moved.</summary>
    public static List<EntityEntry>? Changes(DbContext from)
    {
        var changes = new List<EntityEntry>();
        foreach (var entry in from.ChangeTracker.Entries())
        {
            if (entry.State is EntityState.Unchanged or EntityState.Detached)
                continue;
            if (!IsSeparate(entry.Metadata) || entry.Metadata.ClrType != entry.Entity.GetType())
                return null;
            changes.Add(entry);
        }

        return changes;
    }

    /// <summary>
    /// Identifies the row, as far as the application knows it. Two units that change the same row cannot be saved together.
    /// </summary>
    public static object? Row(EntityEntry entry)
    {
        var key = entry.Metadata.FindPrimaryKey();
        if (
            key is null
            || (entry.State == EntityState.Added && key.Properties.Any(p => p.ValueGenerated != ValueGenerated.Never))
        )
            return null;

        return key.Properties.Count == 1
            ? (entry.Metadata.Name, entry.Property(key.Properties[0].Name).CurrentValue)
            : (
                entry.Metadata.Name,
                string.Join('|', key.Properties.Select(property => entry.Property(property.Name).CurrentValue))
            );
    }

    /// <summary>Makes the other context save the change. That context must not detect changes automatically.</summary>
    public static void Move(EntityEntry source, DbContext to)
    {
        var target = to.Entry(source.Entity);
        switch (source.State)
        {
            case EntityState.Added:
                target.State = EntityState.Added;
                break;
            case EntityState.Deleted:
                target.State = EntityState.Unchanged;
                target.OriginalValues.SetValues(source.OriginalValues);
                target.State = EntityState.Deleted;
                break;
            case EntityState.Modified:
                target.State = EntityState.Unchanged;
                target.OriginalValues.SetValues(source.OriginalValues);
                target.DetectChanges();
                // Marked as modified without a changed value: the application wants the row to be written in any case.
                if (target.State == EntityState.Unchanged)
                    foreach (var property in source.Properties.Where(property => property.IsModified))
                        target.Property(property.Metadata.Name).IsModified = true;
                break;
            default:
                break;
        }
    }

    /// <summary>
    /// Returns whether entities of this type can be saved by another context than the one that tracks them.
    /// </summary>
    public static bool IsSeparate(IEntityType type) =>
        s_standAlone.GetOrAdd(
            type,
            static type =>
                type.BaseType is null
                && !type.GetDerivedTypes().Any()
                && !type.IsOwned()
                && !type.HasSharedClrType
                && !type.GetNavigations().Any()
                && !type.GetSkipNavigations().Any()
                && !type.GetServiceProperties().Any()
                && !type.GetReferencingForeignKeys().Any(key => key.PrincipalToDependent is not null)
                && type.GetProperties().All(property => !property.IsShadowProperty())
                && type.GetComplexProperties().All(property => !property.IsCollection)
                && type.GetChangeTrackingStrategy() == ChangeTrackingStrategy.Snapshot
        );
}
