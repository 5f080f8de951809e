using System.Data.Common;
using System.Runtime.CompilerServices;
using System.Text.Json;
using MassTransit.EntityFrameworkCoreIntegration;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Diagnostics;

namespace RideBooking.EventLog;

/// <summary>
/// Appends every event in the outbox to the log, in the same SaveChanges and therefore in the same transaction as its state
/// change.
/// </summary>
/// <remarks>
/// There is no event without its change and no change without its event. Where only one writer exists at a time, the events are
/// numbered in that transaction too.
/// </remarks>
public sealed class AppendEvents(EventCatalogue catalogue, EventLogSignal signal)
    : SaveChangesInterceptor,
        IDbTransactionInterceptor,
        IGroupCommitInterceptor
{
    // The contexts that have appended events, until their transactions end, with the events that they have numbered.
    static readonly ConditionalWeakTable<DbContext, List<LoggedEvent>> s_appended = [];

    /// <inheritdoc />
    public override InterceptionResult<int> SavingChanges(DbContextEventData eventData, InterceptionResult<int> result)
    {
        Append(eventData.Context!);
        return result;
    }

    /// <inheritdoc />
    public override ValueTask<InterceptionResult<int>> SavingChangesAsync(
        DbContextEventData eventData,
        InterceptionResult<int> result,
        CancellationToken cancellationToken = default
    )
    {
        Append(eventData.Context!);
        return ValueTask.FromResult(result);
    }

    /// <inheritdoc />
    public InterceptionResult TransactionCommitting(
        DbTransaction transaction,
        TransactionEventData eventData,
        InterceptionResult result
    )
    {
        if (ToNumber(eventData.Context) is { } appended)
        {
            appended.Clear();
            appended.AddRange(Sequencer.NumberOwn(eventData.Context!));
        }
        return result;
    }

    /// <inheritdoc />
    public async ValueTask<InterceptionResult> TransactionCommittingAsync(
        DbTransaction transaction,
        TransactionEventData eventData,
        InterceptionResult result,
        CancellationToken cancellationToken = default
    )
    {
        if (ToNumber(eventData.Context) is { } appended)
        {
            appended.Clear();
            appended.AddRange(await Sequencer.NumberOwn(eventData.Context!, cancellationToken));
        }
        return result;
    }

    /// <inheritdoc />
    public void TransactionCommitted(DbTransaction transaction, TransactionEndEventData eventData) =>
        SignalCommit(eventData.Context);

    /// <inheritdoc />
    public Task TransactionCommittedAsync(
        DbTransaction transaction,
        TransactionEndEventData eventData,
        CancellationToken cancellationToken = default
    )
    {
        SignalCommit(eventData.Context);
        return Task.CompletedTask;
    }

    /// <inheritdoc />
    public void TransactionRolledBack(DbTransaction transaction, TransactionEndEventData eventData) =>
        Forget(eventData.Context);

    /// <inheritdoc />
    public Task TransactionRolledBackAsync(
        DbTransaction transaction,
        TransactionEndEventData eventData,
        CancellationToken cancellationToken = default
    )
    {
        Forget(eventData.Context);
        return Task.CompletedTask;
    }

    /// <inheritdoc />
    /// <remarks>
    /// The numbers may have been rolled back. If the transaction did commit after all, the next read of the log finds its
    /// events.
    /// </remarks>
    public void TransactionFailed(DbTransaction transaction, TransactionErrorEventData eventData) =>
        Forget(eventData.Context);

    /// <inheritdoc cref="TransactionFailed"/>
    public Task TransactionFailedAsync(
        DbTransaction transaction,
        TransactionErrorEventData eventData,
        CancellationToken cancellationToken = default
    )
    {
        Forget(eventData.Context);
        return Task.CompletedTask;
    }

    static List<LoggedEvent>? ToNumber(DbContext? db) =>
        db is not null && s_appended.TryGetValue(db, out var appended) && Sequencer.IsOnlyWriter(db) ? appended : null;

    void SignalCommit(DbContext? db)
    {
        if (db is not null && s_appended.TryGetValue(db, out var numbered) && s_appended.Remove(db))
            signal.Committed(numbered);
    }

    static void Forget(DbContext? db)
    {
        if (db is not null)
            s_appended.Remove(db);
    }

    void Append(DbContext db)
    {
        List<LoggedEvent>? events = null;
        foreach (var entry in db.ChangeTracker.Entries<OutboxMessage>())
            if (entry.State == EntityState.Added && catalogue.Find(entry.Entity.MessageType) is { } type)
                (events ??= []).Add(Read(entry.Entity, type));

        if (events is null)
            return;

        // A retried SaveChanges sees messages whose events it has already added.
        var known = db.ChangeTracker.Entries<LoggedEvent>().Select(entry => entry.Entity.EventId).ToHashSet();
        foreach (var logged in events)
            if (known.Add(logged.EventId))
                db.Entry(logged).State = EntityState.Added;
        s_appended.AddOrUpdate(db, []);
    }

    static LoggedEvent Read(OutboxMessage message, EventType type)
    {
        using var envelope = JsonDocument.Parse(message.Body);
        var payload = envelope.RootElement.GetProperty("message");
        return new LoggedEvent
        {
            EventId = message.MessageId,
            EventType = type.Name,
            Version = type.Version,
            Timestamp = new DateTimeOffset(DateTime.SpecifyKind(message.SentTime, DateTimeKind.Utc)),
            Source = type.Source,
            StreamId =
                payload.GetProperty(type.StreamProperty).GetString()
                ?? throw new InvalidOperationException($"{type.Name} was published without {type.StreamProperty}."),
            CorrelationId = message.ConversationId,
            CausationId = message.InitiatorId,
            TraceParent = message.ActivityId,
            Payload = payload.GetRawText(),
        };
    }
}
