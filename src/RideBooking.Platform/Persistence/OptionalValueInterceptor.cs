using MassTransit.EntityFrameworkCoreIntegration;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.ChangeTracking;
using Microsoft.EntityFrameworkCore.Diagnostics;

namespace RideBooking.Platform.Persistence;

/// <summary>Writes all columns of an optional value (money, a vehicle) when one of them changes.</summary>
/// <remarks>
/// Change detection compares member by member and treats the members of an absent value as defaults. An amount of zero that
/// replaces no amount looks unchanged: it would be stored as a currency without an amount, which is read as absent. At least
/// one member must be required and of a reference type, so that its change is detected (money's currency). A test checks
/// every optional value of the model.
/// </remarks>
internal sealed class OptionalValueInterceptor : SaveChangesInterceptor, IGroupCommitInterceptor
{
    public override InterceptionResult<int> SavingChanges(DbContextEventData eventData, InterceptionResult<int> result)
    {
        Complete(eventData.Context!.ChangeTracker);
        return result;
    }

    public override ValueTask<InterceptionResult<int>> SavingChangesAsync(
        DbContextEventData eventData,
        InterceptionResult<int> result,
        CancellationToken cancellationToken = default
    )
    {
        Complete(eventData.Context!.ChangeTracker);
        return ValueTask.FromResult(result);
    }

    static void Complete(ChangeTracker changes)
    {
        foreach (var entry in changes.Entries())
            if (entry.State == EntityState.Modified)
                foreach (var property in entry.Metadata.GetComplexProperties())
                    if (property is { IsNullable: true, IsCollection: false })
                        Complete(entry.ComplexProperty(property.Name));
    }

    static void Complete(ComplexPropertyEntry value)
    {
        if (value.CurrentValue is not null && value.Properties.Any(member => member.IsModified))
            foreach (var member in value.Properties)
                member.IsModified = true;
    }
}
