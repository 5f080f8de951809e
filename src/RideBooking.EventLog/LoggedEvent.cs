using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using RideBooking.EventLog.Archives;
using RideBooking.EventLog.PersonalData;
using RideBooking.EventLog.Subscriptions;

namespace RideBooking.EventLog;

/// <summary>An event as it was written: never changed or deleted, except that a sequencer sets its two numbers once.</summary>
public sealed class LoggedEvent
{
    string? _decrypted;

    /// <summary>
    /// The order of insertion. It has gaps and may become visible out of order, but causes still come before their effects.
    /// </summary>
    public long Sequence { get; init; }

    /// <summary>
    /// The MassTransit message id, which identifies the event in the log, on the wire, in the inbox and in an error queue.
    /// </summary>
    public Guid EventId { get; init; }

    /// <summary>The event's name.</summary>
    public string EventType { get; init; } = "";

    /// <summary>The schema version of the payload.</summary>
    public int Version { get; init; }

    /// <summary>When it was published.</summary>
    public DateTimeOffset Timestamp { get; init; }

    /// <summary>The module that produced it.</summary>
    public string Source { get; init; } = "";

    /// <summary>The ride or driver that the event is about.</summary>
    public string StreamId { get; init; } = "";

    /// <summary>Its number in its stream, from 1, without a gap; null until sequenced.</summary>
    public int? StreamVersion { get; set; }

    /// <summary>Its global number, from 1, without a gap; null until sequenced, right after the commit.</summary>
    public long? Position { get; set; }

    /// <summary>The conversation it belongs to, which began with a request from outside.</summary>
    public Guid? CorrelationId { get; init; }

    /// <summary>The message that caused it.</summary>
    public Guid? CausationId { get; init; }

    /// <summary>The W3C trace it was published in.</summary>
    public string? TraceParent { get; init; }

    /// <summary>The event's JSON as it is stored, with encrypted personal data if it has a <see cref="Subject"/>.</summary>
    public string StoredPayload { get; init; } = "";

    /// <summary>The rider whose key encrypts the personal data in the payload; null if nothing is encrypted.</summary>
    public string? Subject { get; init; }

    /// <summary>
    /// The event's JSON as it was sent over the wire, except that personal data reads as redacted after its rider was forgotten.
    /// </summary>
    /// <exception cref="InvalidOperationException">The event was read and not decrypted.</exception>
    [JsonIgnore]
    public string Payload
    {
        get =>
            IsEncrypted
                ? throw new InvalidOperationException(
                    $"The event {EventId} was read without its personal data: call {nameof(DecryptEvents)}.{nameof(DecryptEvents.Decrypt)}."
                )
                : _decrypted ?? StoredPayload;
        init => StoredPayload = value;
    }

    /// <summary>Whether the payload has to be decrypted before it can be read.</summary>
    [JsonIgnore]
    internal bool IsEncrypted => Subject is not null && _decrypted is null;

    internal void Decrypt(byte[]? key)
    {
        try
        {
            _decrypted = Members.Replace(
                StoredPayload,
                (name, value) => EncryptedValue.Decrypt(value.Span, key, EventId, name)
            );
        }
        catch (JsonException)
        {
            // Not JSON: it was changed in the database. It must not hide the events that are read with it. Reading this one
            // fails later, and names it.
            _decrypted = StoredPayload;
        }
    }
}

/// <summary>
/// The single row with the last assigned position. Updating it takes the lock under which positions are assigned.
/// </summary>
public sealed class LogHead
{
    /// <summary>Always 1.</summary>
    public int Id { get; init; } = 1;

    /// <summary>The last assigned position; 0 in an empty log.</summary>
    public long Position { get; set; }
}

/// <summary>Adds the event log to a model.</summary>
public static class EventLogModel
{
    /// <summary>The schema (or table prefix) of the log's tables.</summary>
    public const string Schema = "event_log";

    /// <summary>Maps the log's tables.</summary>
    public static ModelBuilder AddEventLog(this ModelBuilder model)
    {
        model.Entity<LoggedEvent>(Map);
        model.Entity<LogHead>(head =>
        {
            head.ToTable("head", Schema);
            head.Property(row => row.Id).ValueGeneratedNever();
            head.HasData(new LogHead());
        });
        model.ApplyConfiguration(new SubjectKey.Mapping());
        model.ApplyConfiguration(new Subscription.Mapping());
        model.ApplyConfiguration(new ParkedEvent.Mapping());
        model.ApplyConfiguration(new Replay.Mapping());
        model.ApplyConfiguration(new Archive.Mapping());
        model.ApplyConfiguration(new StreamArchive.Mapping());
        model.ApplyConfiguration(new SegmentArchive.Mapping());
        model.ApplyConfiguration(new ArchiverState.Mapping());
        model.Entity<EventHash>(hash =>
        {
            hash.ToTable("hashes", Schema);
            hash.HasKey(row => row.Position);
            hash.Property(row => row.Position).ValueGeneratedNever();
            hash.Property(row => row.Hash).HasMaxLength(32);
        });
        return model;
    }

    static void Map(EntityTypeBuilder<LoggedEvent> log)
    {
        log.ToTable("events", Schema);
        log.HasKey(row => row.Sequence);
        log.Property(row => row.Sequence).ValueGeneratedOnAdd();
        log.Property(row => row.EventType).HasMaxLength(100);
        log.Property(row => row.Source).HasMaxLength(50);
        log.Property(row => row.StreamId).HasMaxLength(255);
        log.Property(row => row.TraceParent).HasMaxLength(55);
        log.Ignore(row => row.Payload);
        log.Property(row => row.StoredPayload).HasColumnName("payload");
        log.Property(row => row.Subject).HasMaxLength(255);
        log.HasIndex(row => row.EventId).IsUnique();

        // Indexed only once the numbers are assigned, so that a pending event needs no index entry here.
        log.HasIndex(row => row.Position).IsUnique().HasFilter("position IS NOT NULL");
        log.HasIndex(row => new { row.StreamId, row.StreamVersion }).IsUnique().HasFilter("stream_version IS NOT NULL");

        // Finds the few pending events without a scan, however long the log is.
        log.HasIndex(row => row.Sequence, "ix_events_pending").HasFilter("position IS NULL");
    }
}
