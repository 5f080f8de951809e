using MassTransit.EntityFrameworkCoreIntegration;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Diagnostics;
using RideBooking.EventLog;

namespace RideBooking.Platform.Visibility;

/// <summary>
/// Reports to <see cref="EventVisibility"/> which events this process commits and which messages it has handled, in commit
/// order.
/// </summary>
/// <remarks>It reads the context's change tracker and sends no statement. It runs after <see cref="AppendEvents"/>.</remarks>
internal sealed class VisibilityInterceptor(EventVisibility visibility)
    : SaveChangesInterceptor,
        IGroupCommitInterceptor
{
    public override InterceptionResult<int> SavingChanges(DbContextEventData eventData, InterceptionResult<int> result)
    {
        Saving(eventData.Context!);
        return result;
    }

    public override ValueTask<InterceptionResult<int>> SavingChangesAsync(
        DbContextEventData eventData,
        InterceptionResult<int> result,
        CancellationToken cancellationToken = default
    )
    {
        Saving(eventData.Context!);
        return ValueTask.FromResult(result);
    }

    void Saving(DbContext db)
    {
        if (!visibility.IsNeeded)
            return;
        List<LoggedEvent> events = [];
        List<(Guid, Guid)> entries = [];
        Dictionary<Guid, Guid?> causes = [];
        foreach (var entry in db.ChangeTracker.Entries())
            if (entry.State == EntityState.Added)
                switch (entry.Entity)
                {
                    case LoggedEvent row:
                        events.Add(row);
                        break;
                    case InboxState inboxEntry:
                        entries.Add((inboxEntry.MessageId, inboxEntry.ConsumerId));
                        break;
                    case OutboxMessage message:
                        causes[message.MessageId] = message.InboxMessageId;
                        break;
                    default:
                        break;
                }
        // If only a part was committed, the poll finds it.
        if (events.Count > 0)
            AfterCommit.OfSaving(
                db,
                everything =>
                {
                    if (everything)
                        visibility.Published(
                            db,
                            events.ConvertAll(row => (row, causes.GetValueOrDefault(row.EventId)))
                        );
                }
            );
        // A wait for a message ends when it is handled, unless its handling has published more.
        if (entries.Count > 0)
            AfterCommit.OfSaving(
                db,
                everything =>
                {
                    if (everything)
                        visibility.Handled(entries);
                },
                isLast: true
            );
    }
}
