using System.Data.Common;
using Microsoft.EntityFrameworkCore;

namespace MassTransit.EntityFrameworkCoreIntegration;

/// <summary>
/// Looks at the start whether inbox and outbox have the columns that they need. Those of the official package, or of an older
/// version, have others: every message would fail. Tables that do not exist yet, and a database that does not answer, are
/// not its concern.
/// </summary>
static class OutboxTables
{
    static readonly TimeSpan s_patience = TimeSpan.FromSeconds(5);

    /// <exception cref="InvalidOperationException">A column is missing.</exception>
    public static async Task Check(DbContext context, CancellationToken cancellationToken)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        patience.CancelAfter(s_patience);
        try
        {
            await Read<InboxState>(row => row.MessageId == Guid.Empty);
            await Read<OutboxMessage>(row => row.Id == Guid.Empty);
            await Read<OutboxState>(row => row.OutboxId == Guid.Empty);
        }
        catch (Exception exception) when (IsMissingColumn(exception))
        {
            throw new InvalidOperationException(
                $"The tables of inbox and outbox in {context.GetType().Name} lack columns ({exception.GetBaseException().Message}). They were made by the official MassTransit.EntityFrameworkCore or by an older version of this package: add a migration, as docs/masstransit-packages.md says.",
                exception
            );
        }
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
        {
            LogContext.Debug?.Log(exception, "Outbox: the tables could not be looked at");
        }

        Task Read<T>(System.Linq.Expressions.Expression<Func<T, bool>> none)
            where T : class => context.Set<T>().AsNoTracking().Where(none).ToListAsync(patience.Token);
    }

    static bool IsMissingColumn(Exception exception) =>
        exception.GetBaseException() is DbException database
        && (
            database.SqlState is "42703"
            || database.Data["HelpLink.EvtID"] is "207"
            || database.Message.Contains("no such column", StringComparison.Ordinal)
        );
}
