using System.Collections.Concurrent;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Metadata;
using Microsoft.EntityFrameworkCore.Storage;

namespace MassTransit.EntityFrameworkCoreIntegration;

/// <summary>Writes and reads the mark that one consumer has handled one message.</summary>
sealed class InboxMark(DbContext dbContext, Guid messageId, Guid consumerId)
{
    static readonly ConcurrentDictionary<IModel, string> InsertStatements = new();

    /// <summary>
    /// Adds the mark unless it is there, in one round trip and, unlike a failing insert, without an error in the log.
    /// Of two at the same time the database lets one wait; it fails with a duplicate key when the other has committed.
    /// </summary>
    public async Task<bool> TryAdd(DateTime now, CancellationToken cancellationToken)
    {
        var inserted = await dbContext.Database.ExecuteSqlRawAsync(
            InsertStatements.GetOrAdd(dbContext.Model, InsertStatement),
            [messageId, consumerId, now],
            cancellationToken
        );

        return inserted > 0;
    }

    /// <summary>
    /// Completes the mark with the next SaveChanges. There always is something to save then: a transaction that
    /// PostgreSQL has aborted behind a caught exception fails here instead of being lost silently by its commit.
    /// </summary>
    public void Complete(DateTime now)
    {
        var mark = dbContext.Attach(new InboxState { MessageId = messageId, ConsumerId = consumerId });
        mark.Property(inbox => inbox.Consumed).CurrentValue = now;
    }

    /// <summary>Whether a transaction that has handled the message is committed.</summary>
    public Task<bool> IsConsumed(CancellationToken cancellationToken) =>
        dbContext
            .Set<InboxState>()
            .AnyAsync(
                inbox => inbox.MessageId == messageId && inbox.ConsumerId == consumerId && inbox.Consumed != null,
                cancellationToken
            );

    string InsertStatement(IModel model)
    {
        var entity =
            model.FindEntityType(typeof(InboxState))
            ?? throw new InvalidOperationException(
                $"{dbContext.GetType().Name} has no inbox: call AddInboxStateEntity in OnModelCreating."
            );
        var table = StoreObjectIdentifier.Create(entity, StoreObjectType.Table)!.Value;
        var sql = dbContext.GetService<ISqlGenerationHelper>();
        var (message, consumer, received) = (
            Column(nameof(InboxState.MessageId)),
            Column(nameof(InboxState.ConsumerId)),
            Column(nameof(InboxState.Received))
        );
        var name = sql.DelimitIdentifier(table.Name, table.Schema);

        return $"INSERT INTO {name} ({message}, {consumer}, {received}) SELECT {{0}}, {{1}}, {{2}} "
            + $"WHERE NOT EXISTS (SELECT 1 FROM {name} WHERE {message} = {{0}} AND {consumer} = {{1}})";

        string Column(string property) => sql.DelimitIdentifier(entity.GetProperty(property).GetColumnName(table)!);
    }
}
