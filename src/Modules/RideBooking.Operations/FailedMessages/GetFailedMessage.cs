using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Unicode;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Microsoft.EntityFrameworkCore;
using RideBooking.Contracts;
using RideBooking.EventLog;
using RideBooking.Platform.Http.OpenApi;
using RideBooking.Platform.Persistence;

namespace RideBooking.Operations.FailedMessages;

/// <summary>Returns one failed message: its content, its failure, the state of its ride, and earlier actions on it.</summary>
internal static class GetFailedMessage
{
    // A ride has few events. The limit protects against an id that is not a ride's.
    const int MaxEvents = 1000;

    public static void Map(RouteGroupBuilder operators) =>
        operators
            .MapGet("/operations/failed-messages/{id}", Handle)
            .WithSummary("Get a failed message with its headers, body, exception, ride and history")
            .Refuses(StatusCodes.Status404NotFound, OperationsProblems.FailedMessageNotFound);

    static async Task<Results<Ok<View>, ProblemHttpResult>> Handle(
        string id,
        AppDbContext db,
        TimeProvider clock,
        CancellationToken cancellationToken
    )
    {
        if (
            await db.Set<StoredMessage>().AsNoTracking().SingleOrDefaultAsync(row => row.Id == id, cancellationToken)
            is not { } row
        )
            return OperationsProblems.NoSuchFailedMessage();
        var message = row.Message();
        var histories = await db.Set<StoredMessage>()
            .Where(other => other.Id == id || (other.MessageId != null && other.MessageId == row.MessageId))
            .OldestFirst()
            .Select(other => other.History)
            .ToListAsync(cancellationToken);
        var original = await Original(db, row, cancellationToken);
        var text = message.Json is null && Utf8.IsValid(message.Body) ? Encoding.UTF8.GetString(message.Body) : null;
        return TypedResults.Ok(
            new View(
                MessageView.Of(row, clock.GetUtcNow()),
                message.Headers,
                message.ContentType,
                message.Json,
                message.Message,
                BodyHash.Of(row.Body),
                original,
                text,
                message.Json is null && text is null ? Convert.ToBase64String(message.Body) : null,
                message.StackTrace,
                message.RideId is { } rideId ? await Ride(db, rideId, cancellationToken) : null,
                [.. histories.SelectMany(HistoryEntry.Read)]
            )
        );
    }

    // The message as it first failed. An edited message that fails again is stored once more, as it was edited.
    static async Task<JsonNode?> Original(AppDbContext db, StoredMessage row, CancellationToken cancellationToken)
    {
        if (row.Edits == 0)
            return null;
        var body = await db.Set<StoredMessage>()
            .Where(other => other.Id == row.Id || (other.MessageId != null && other.MessageId == row.MessageId))
            .Where(other => other.Queue == row.Queue && other.OriginalBody != null)
            .OldestFirst()
            .Select(other => other.OriginalBody)
            .FirstOrDefaultAsync(cancellationToken);
        return body is null ? null : row.Message(body).Message;
    }

    // The ride's status according to the event log, which every part of the service may read.
    static async Task<RideState> Ride(AppDbContext db, Guid rideId, CancellationToken cancellationToken)
    {
        var events = await db.ReadEvents(new EventFilter(StreamId: rideId.ToString()), MaxEvents, cancellationToken);
        return new RideState(
            rideId,
            Status()?.InApi(),
            events.LastOrDefault()?.EventType,
            events.LastOrDefault()?.Timestamp
        );

        RideStatus? Status()
        {
            try
            {
                return events
                    .Select(EventCatalogue.Published.Read)
                    .Aggregate((RideStatus?)null, (status, happened) => status.After(happened));
            }
            catch (UnreadableEventException)
            {
                // It may be why the message failed. So the message must be shown; the ride's history names the event.
                return null;
            }
        }
    }

    /// <param name="Row">The message as it appears in a list.</param>
    /// <param name="Headers">The transport's headers, including those that describe the failure.</param>
    /// <param name="ContentType">The content type that the message declares.</param>
    /// <param name="Body">The body, if it is JSON.</param>
    /// <param name="Message">The message in the body, without its envelope, as an edit replaces it; null if the body is not JSON.</param>
    /// <param name="BodyHash">A hash of the body. Give it with an edit, which is refused if the body has changed meanwhile.</param>
    /// <param name="OriginalMessage">For an edited message: the message as it first failed.</param>
    /// <param name="BodyText">The body, if it is other text.</param>
    /// <param name="BodyBase64">The body, if it is not text.</param>
    /// <param name="StackTrace">The exception's stack trace.</param>
    /// <param name="Ride">The ride the message is about.</param>
    /// <param name="History">Operators' actions on the message, including those on its earlier failures.</param>
    internal sealed record View(
        [property: System.Text.Json.Serialization.JsonIgnore] MessageView Row,
        IReadOnlyDictionary<string, string?> Headers,
        string? ContentType,
        JsonNode? Body,
        JsonNode? Message,
        string BodyHash,
        JsonNode? OriginalMessage,
        string? BodyText,
        string? BodyBase64,
        string? StackTrace,
        RideState? Ride,
        IReadOnlyList<HistoryEntry> History
    )
    {
        public string Id => Row.Id;
        public string Queue => Row.Queue;
        public string Endpoint => Row.Endpoint;
        public string? MessageId => Row.MessageId;
        public string? MessageType => Row.MessageType;
        public Guid? RideId => Row.RideId;
        public string? RiderId => Row.RiderId;
        public string? DriverId => Row.DriverId;
        public string? ExceptionType => Row.ExceptionType;
        public string? ExceptionMessage => Row.ExceptionMessage;
        public string Fingerprint => Row.Fingerprint;
        public int Attempts => Row.Attempts;
        public DateTimeOffset FailedAt => Row.FailedAt;
        public double AgeSeconds => Row.AgeSeconds;
        public DateTimeOffset? SentAt => Row.SentAt;
        public string State => Row.State;
        public Guid? RedriveId => Row.RedriveId;
        public string? Outcome => Row.Outcome;
        public int Redrives => Row.Redrives;
        public bool Quarantined => Row.Quarantined;
        public bool Edited => Row.Edited;
    }

    /// <param name="Id">The ride's id.</param>
    /// <param name="Status">
    /// Its status according to the event log; null if the log has no event of this ride, or one that cannot be read.
    /// </param>
    /// <param name="LastEvent">The type of its last event.</param>
    /// <param name="LastEventAt">When its last event happened.</param>
    internal sealed record RideState(Guid Id, string? Status, string? LastEvent, DateTimeOffset? LastEventAt);
}
