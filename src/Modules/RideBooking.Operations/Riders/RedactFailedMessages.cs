using System.Text;
using System.Text.Json;
using MassTransit;
using Microsoft.EntityFrameworkCore;
using RideBooking.Contracts;
using RideBooking.Contracts.Seams;
using RideBooking.EventLog;
using RideBooking.Operations.ErrorQueues;
using RideBooking.Operations.FailedMessages;
using RideBooking.Platform.Messaging;
using RideBooking.Platform.Persistence;

namespace RideBooking.Operations.Riders;

/// <summary>Redacts the failed messages of a forgotten rider: their messages, the originals of edits, and what edits changed.</summary>
/// <remarks>
/// An event stays as readable as the event log has it, so that it can still be redriven. Of a command, no contract says which
/// members are personal data, and the ride that it belongs to has ended: its body is deleted.
/// </remarks>
[RepeatIsSafe("What is redacted or deleted stays so.")]
internal sealed class RedactFailedMessages(
    AppDbContext db,
    EventCatalogue catalogue,
    TimeProvider clock,
    // A host without rides may have failed messages of riders all the same.
    IRidesOfRider? rides = null
) : IConsumer<RiderForgotten>
{
    const int BatchSize = 500;

    /// <summary>Why a message without a body is discarded.</summary>
    public const string Reason = "The rider was forgotten, so the message was deleted.";

    public async Task Consume(ConsumeContext<RiderForgotten> context)
    {
        var riderId = context.Message.RiderId;
        var entry = new HistoryEntry(HistoryEntry.Discarded, clock.GetUtcNow(), await ForgottenBy(context), Reason);
        foreach (
            var row in await db.Set<StoredMessage>()
                .Where(row => row.RiderId == riderId)
                .ToListAsync(context.CancellationToken)
        )
            Redact(row, entry);
        var rideIds = rides is null ? [] : await rides.List(riderId, context.CancellationToken);
        foreach (var batch in rideIds.Chunk(BatchSize))
        foreach (
            var row in await db.Set<StoredMessage>()
                .Where(row => row.RideId != null && batch.Contains(row.RideId.Value) && row.RiderId != riderId)
                .ToListAsync(context.CancellationToken)
        )
            Redact(row, entry);
        await db.SaveChangesAsync(context.CancellationToken);
    }

    async Task<string> ForgottenBy(ConsumeContext<RiderForgotten> context) =>
        await db.Set<OperatorAction>()
            .Where(row => row.Action == OperatorActionNames.ForgetRider && row.RiderId == context.Message.RiderId)
            .OrderByDescending(row => row.At)
            .Select(row => row.By)
            .FirstOrDefaultAsync(context.CancellationToken)
        ?? OperatorActionNames.ForgetRider;

    void Redact(StoredMessage row, HistoryEntry entry)
    {
        if (Redacted(row.Message()) is { } body)
            row.Redact(body, row.OriginalBody is { } original ? Redacted(row.Message(original)) : null);
        else if (row.Body.Length > 0)
            row.Delete(entry);
    }

    /// <summary>Returns the body with redacted values; null if it is not known which values are personal data.</summary>
    byte[]? Redacted(FailedMessage message)
    {
        if (
            message.Message is not { } content
            || message.MessageUrns is not { } urns
            || catalogue.Find(urns) is not { } type
        )
            return null;
        if (type.Personal is not { } personal)
            return message.Body;
        try
        {
            return message.BodyWith(Encoding.UTF8.GetBytes(personal.Redact(content.ToJsonString())));
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            // A value with an escaped half of a surrogate pair cannot be written again. No consumer can read it either.
            return null;
        }
    }
}
