using System.Collections.Concurrent;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.ChangeTracking;
using Microsoft.EntityFrameworkCore.Metadata;

namespace MassTransit.EntityFrameworkCoreIntegration;

/// <summary>
/// Moves what one context tracks as changed to another that saves it with the changes of others. Only entities that stand
/// alone: what hangs together by navigations is left to the context that knows how.
/// </summary>
static class EntityTransfer
{
    static readonly ConcurrentDictionary<IEntityType, bool> s_standAlone = new(ReferenceEqualityComparer.Instance);

    /// <summary>The changes, or null where one of them cannot be moved.</summary>
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

    /// <summary>Names the row, as far as the application knows it: two units that change one cannot be saved together.</summary>
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

    /// <summary>Makes the other context save the change. It may not detect changes by itself.</summary>
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
                // Marked without a change of value, as somebody does who wants the row written whatever it holds.
                if (target.State == EntityState.Unchanged)
                    foreach (var property in source.Properties.Where(property => property.IsModified))
                        target.Property(property.Metadata.Name).IsModified = true;
                break;
            default:
                break;
        }
    }

    /// <summary>Whether entities of this type can be saved by another context than the one that tracks them.</summary>
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
