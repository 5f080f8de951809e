using System.Data.Common;
using System.Runtime.CompilerServices;
using System.Text.Json;
using MassTransit.EntityFrameworkCoreIntegration;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Diagnostics;
using RideBooking.EventLog.PersonalData;

namespace RideBooking.EventLog;

/// <summary>
/// Appends every event in the outbox to the log, in the same SaveChanges and therefore in the same transaction as its state
/// change.
/// </summary>
/// <remarks>
/// There is no event without its change and no change without its event. Where only one writer exists at a time, the events are
/// numbered in that transaction too.
/// </remarks>
public sealed class AppendEvents(EventCatalogue catalogue, EventLogSignal signal, SubjectKeys keys)
    : SaveChangesInterceptor,
        IDbTransactionInterceptor,
        IGroupCommitInterceptor
{
    // The contexts that have appended events since their last commit, with the events that they have numbered.
    static readonly ConditionalWeakTable<DbContext, List<LoggedEvent>> s_appended = [];

    /// <inheritdoc />
    public override InterceptionResult<int> SavingChanges(DbContextEventData eventData, InterceptionResult<int> result)
    {
        var db = eventData.Context!;
        if (Find(db) is { } events)
        {
            var (known, missing) = KnownKeys(events);
            Append(db, events, known, missing.Count == 0 ? [] : [.. SubjectKeys.Stored(db, missing)]);
        }
        return result;
    }

    /// <inheritdoc />
    public override async ValueTask<InterceptionResult<int>> SavingChangesAsync(
        DbContextEventData eventData,
        InterceptionResult<int> result,
        CancellationToken cancellationToken = default
    )
    {
        var db = eventData.Context!;
        if (Find(db) is { } events)
        {
            var (known, missing) = KnownKeys(events);
            Append(
                db,
                events,
                known,
                missing.Count == 0 ? [] : await SubjectKeys.Stored(db, missing).ToListAsync(cancellationToken)
            );
        }
        return result;
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

    static List<LoggedEvent>? ToNumber(DbContext? db) =>
        db is not null && s_appended.TryGetValue(db, out var appended) && Sequencer.IsOnlyWriter(db) ? appended : null;

    List<NewEvent>? Find(DbContext db)
    {
        List<NewEvent>? events = null;
        foreach (var entry in db.ChangeTracker.Entries<OutboxMessage>())
            if (entry.State == EntityState.Added && catalogue.Find(entry.Entity.MessageType) is { } type)
                (events ??= []).Add(Read(entry.Entity, type));

        if (events is null)
            return null;

        // A retried SaveChanges sees messages whose events it has already added.
        var known = db.ChangeTracker.Entries<LoggedEvent>().Select(entry => entry.Entity.EventId).ToHashSet();
        events.RemoveAll(happened => !known.Add(happened.Message.MessageId));
        return events;
    }

    (Dictionary<string, byte[]> Known, List<string> Missing) KnownKeys(List<NewEvent> events)
    {
        var subjects = events.Select(happened => happened.Subject).OfType<string>().Distinct().ToList();
        var known = keys.Known(subjects);
        return (known, subjects.FindAll(subject => !known.ContainsKey(subject)));
    }

    void Append(DbContext db, List<NewEvent> events, Dictionary<string, byte[]> known, List<SubjectKey> stored)
    {
        // The same transaction may have created the stored keys, and may yet be rolled back.
        var toKeep = new Dictionary<string, byte[]>(StringComparer.Ordinal);
        foreach (var row in stored)
            toKeep[row.Subject] = known[row.Subject] = row.Key ?? SubjectKeys.Forgotten;
        foreach (var happened in events)
        {
            byte[]? key = null;
            if (happened.Subject is { } subject && !known.TryGetValue(subject, out key))
                toKeep[subject] = known[subject] = key = SubjectKeys.Create(db, subject, happened.SentAt);
            db.Entry(happened.ToLog(key)).State = EntityState.Added;
        }

        var numbered = s_appended.GetOrCreateValue(db);
        numbered.Clear();
        AfterCommit.OfSaving(
            db,
            everything =>
            {
                if (everything)
                    keys.Keep(toKeep);
                // Several saves in one transaction are signalled once.
                if (s_appended.Remove(db))
                    signal.Committed(numbered);
            }
        );
    }

    static NewEvent Read(OutboxMessage message, EventType type)
    {
        using var envelope = JsonDocument.Parse(message.Body);
        var payload = envelope.RootElement.GetProperty("message");
        return new NewEvent(
            message,
            type,
            payload.GetProperty(type.StreamProperty).GetString()
                ?? throw new InvalidOperationException($"{type.Name} was published without {type.StreamProperty}."),
            payload.GetRawText(),
            type.Personal?.SubjectOf(payload)
        );
    }

    /// <param name="Message">The message in the outbox.</param>
    /// <param name="Type">The event's type.</param>
    /// <param name="StreamId">The event's stream.</param>
    /// <param name="Payload">The event's JSON.</param>
    /// <param name="Subject">The rider whose personal data it has; null if it has none.</param>
    sealed record NewEvent(OutboxMessage Message, EventType Type, string StreamId, string Payload, string? Subject)
    {
        public DateTimeOffset SentAt => new(DateTime.SpecifyKind(Message.SentTime, DateTimeKind.Utc));

        /// <summary>Returns the event for the log.</summary>
        /// <param name="key">The rider's key; empty if the rider was forgotten, null if the event has no personal data.</param>
        public LoggedEvent ToLog(byte[]? key) =>
            new()
            {
                EventId = Message.MessageId,
                EventType = Type.Name,
                Version = Type.Version,
                Timestamp = SentAt,
                Source = Type.Source,
                StreamId = StreamId,
                CorrelationId = Message.ConversationId,
                CausationId = Message.InitiatorId,
                TraceParent = Message.ActivityId,
                Subject = key is { Length: > 0 } ? Subject : null,
                StoredPayload =
                    key is null ? Payload
                    : key.Length == 0 ? Type.Personal!.Redact(Payload)
                    : Type.Personal!.Encrypt(Payload, Message.MessageId, key),
            };
    }
}
