using Microsoft.EntityFrameworkCore;

namespace MassTransit.EntityFrameworkCoreIntegration;

/// <summary>Checks at startup that the inbox and outbox tables have the required columns.</summary>
/// <remarks>
/// The tables of the official package, or of an older version, have other columns, and every message would fail. The check
/// ignores tables that do not exist yet and a database that does not answer.
/// </remarks>
static class OutboxTables
{
    static readonly TimeSpan s_timeout = TimeSpan.FromSeconds(5);

    /// <exception cref="InvalidOperationException">A column is missing.</exception>
    public static async Task Check(DbContext context, bool keepsScheduled, CancellationToken cancellationToken)
    {
        if (keepsScheduled && context.Model.FindEntityType(typeof(ScheduledOutboxMessage)) is null)
            throw new InvalidOperationException(
                $"The outbox in {context.GetType().Name} keeps scheduled messages, but its model has no table for them: call AddScheduledOutboxMessageEntity in OnModelCreating."
            );
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(s_timeout);
        try
        {
            await Read<InboxState>(row => row.MessageId == Guid.Empty);
            await Read<OutboxMessage>(row => row.Id == Guid.Empty);
            await Read<OutboxState>(row => row.OutboxId == Guid.Empty);
            if (keepsScheduled)
                await Read<ScheduledOutboxMessage>(row => row.Token == Guid.Empty);
        }
        catch (Exception exception) when (DatabaseConflicts.IsMissingColumn(exception))
        {
            throw new InvalidOperationException(
                $"The inbox and outbox tables in {context.GetType().Name} lack columns ({exception.GetBaseException().Message}). They were created by the official MassTransit.EntityFrameworkCore or by an older version of this package: add a migration; see docs/masstransit-packages.md.",
                exception
            );
        }
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
        {
            LogContext.Debug?.Log(
                exception,
                "Outbox: the tables could not be checked; the host starts without the check"
            );
        }

        Task Read<T>(System.Linq.Expressions.Expression<Func<T, bool>> none)
            where T : class => context.Set<T>().AsNoTracking().Where(none).ToListAsync(limit.Token);
    }
}
