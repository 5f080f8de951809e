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
using RideBooking.Operations.ErrorQueues;
using RideBooking.Platform.Http;
using RideBooking.Platform.Persistence;

namespace RideBooking.Operations.FailedMessages;

/// <summary>Everything about one failed message: what it says, why it failed, how its ride stands, what was done to it.</summary>
internal static class ShowFailedMessage
{
    public const string NotFound = "failed_message_not_found";

    // A ride's events are few; this is for one that is not a ride.
    const int MaxEvents = 1000;

    public static void Map(RouteGroupBuilder operators) =>
        operators
            .MapGet("/operations/failed-messages/{id}", Handle)
            .WithSummary("Get a failed message with its headers, body, exception, ride and audit")
            .Refuses(StatusCodes.Status404NotFound, NotFound);

    static async Task<Results<Ok<View>, ProblemHttpResult>> Handle(
        string id,
        FindFailedMessages find,
        AppDbContext db,
        TimeProvider clock,
        CancellationToken cancellationToken
    )
    {
        if ((await find.Find(id, cancellationToken) ?? await Discarded(db, id, cancellationToken)) is not { } message)
            return Problem.NotFound("No such message waits in an error queue or was discarded.", NotFound);
        var history = await db.Set<MessageAction>()
            .AsNoTracking()
            .Where(row => row.FailedMessageId == id || (row.MessageId != null && row.MessageId == message.MessageId))
            .Where(row => row.Action != MessageAction.Selected)
            .OrderBy(row => row.At)
            .ThenBy(row => row.Id)
            .Select(row => new Done(
                row.Action,
                row.At,
                row.By,
                row.Reason,
                row.Action == MessageAction.Redriven ? row.RedriveId : null
            ))
            .ToListAsync(cancellationToken);
        var text = message.Json is null && Utf8.IsValid(message.Body) ? Encoding.UTF8.GetString(message.Body) : null;
        return TypedResults.Ok(
            new View(
                MessageView.Of(message, clock),
                message.Headers,
                message.ContentType,
                message.Json,
                text,
                message.Json is null && text is null ? Convert.ToBase64String(message.Body) : null,
                message.StackTrace,
                message.RideId is { } rideId ? await Ride(db, rideId, cancellationToken) : null,
                history
            )
        );
    }

    static async Task<FailedMessage?> Discarded(AppDbContext db, string id, CancellationToken cancellationToken) =>
        (
            await db.Set<MessageAction>()
                .AsNoTracking()
                .Where(row => row.FailedMessageId == id && row.Action == MessageAction.Discarded)
                .OrderByDescending(row => row.At)
                .FirstOrDefaultAsync(cancellationToken)
        )?.Message();

    // What the log says of the ride: modules share nothing else.
    static async Task<RideNow> Ride(AppDbContext db, Guid rideId, CancellationToken cancellationToken)
    {
        var events = await db.ReadEvents(new EventFilter(StreamId: rideId.ToString()), MaxEvents, cancellationToken);
        return new RideNow(
            rideId,
            StatusAfter(events),
            events.LastOrDefault()?.EventType,
            events.LastOrDefault()?.Timestamp
        );
    }

    internal static string? StatusAfter(IEnumerable<LoggedEvent> events)
    {
        string? status = null;
        foreach (var happened in events)
            status = happened.EventType switch
            {
                nameof(RideRequested) => "requested",
                // Whoever came too late, or second, is turned away: he has no part in the ride.
                nameof(DriverAssigned) when status == "requested" => "driverAssigned",
                nameof(DriverUnassigned) when SearchGoesOn(happened) => "requested",
                nameof(DriverArrived) => "driverArrived",
                nameof(RideStarted) => "inProgress",
                nameof(RideCompleted) => "completed",
                nameof(RideCancelled) => "cancelled",
                nameof(NoDriverFound) => "noDriverFound",
                _ => status,
            };
        return status;
    }

    static bool SearchGoesOn(LoggedEvent unassigned)
    {
        using var payload = JsonDocument.Parse(unassigned.Payload);
        return payload.RootElement.GetProperty("searchAgain").GetBoolean();
    }

    /// <param name="Message">What the list says of it.</param>
    /// <param name="Headers">The transport's, and those that tell of the failure.</param>
    /// <param name="ContentType">What the body says it is written in.</param>
    /// <param name="Body">The body, where it is JSON.</param>
    /// <param name="BodyText">The body, where it is some other text.</param>
    /// <param name="BodyBase64">The body, where it is no text.</param>
    /// <param name="StackTrace">Where the exception came from.</param>
    /// <param name="Ride">The ride the message is about.</param>
    /// <param name="History">What operators did to the message, this time and before.</param>
    internal sealed record View(
        [property: System.Text.Json.Serialization.JsonIgnore] MessageView Message,
        IReadOnlyDictionary<string, string?> Headers,
        string? ContentType,
        JsonNode? Body,
        string? BodyText,
        string? BodyBase64,
        string? StackTrace,
        RideNow? Ride,
        IReadOnlyList<Done> History
    )
    {
        public string Id => Message.Id;
        public string Queue => Message.Queue;
        public string Endpoint => Message.Endpoint;
        public string? MessageId => Message.MessageId;
        public string? MessageType => Message.MessageType;
        public Guid? RideId => Message.RideId;
        public string? ExceptionType => Message.ExceptionType;
        public string? ExceptionMessage => Message.ExceptionMessage;
        public string Fingerprint => Message.Fingerprint;
        public int Attempts => Message.Attempts;
        public DateTimeOffset? FailedAt => Message.FailedAt;
        public double? AgeSeconds => Message.AgeSeconds;
        public DateTimeOffset? SentAt => Message.SentAt;
    }

    /// <param name="Id">The ride.</param>
    /// <param name="Status">Its status by the event log; null where the log knows no such ride.</param>
    /// <param name="LastEvent">What happened to it last.</param>
    /// <param name="LastEventAt">When.</param>
    internal sealed record RideNow(Guid Id, string? Status, string? LastEvent, DateTimeOffset? LastEventAt);

    /// <param name="Action"><c>redriven</c>, <c>discarded</c> or <c>restored</c>.</param>
    /// <param name="At">When.</param>
    /// <param name="By">Who.</param>
    /// <param name="Reason">Why.</param>
    /// <param name="RedriveId">The redrive it was part of.</param>
    internal sealed record Done(string Action, DateTimeOffset At, string By, string Reason, Guid? RedriveId);
}
