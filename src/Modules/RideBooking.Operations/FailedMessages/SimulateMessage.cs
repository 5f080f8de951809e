using System.Reflection;
using MassTransit;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Microsoft.EntityFrameworkCore;
using RideBooking.Operations.ErrorQueues;
using RideBooking.Platform.Http.OpenApi;
using RideBooking.Platform.Messaging;
using RideBooking.Platform.Messaging.Simulations;
using RideBooking.Platform.Persistence;

namespace RideBooking.Operations.FailedMessages;

/// <summary>Tells what a redrive of a failed message would do now. Nothing is sent, and nothing is changed.</summary>
internal static class SimulateMessage
{
    public static void Map(RouteGroupBuilder operators) =>
        operators
            .MapPost("/operations/failed-messages/{id}/simulate", Handle)
            .WithSummary("Simulate the redrive of a failed message")
            .WithDescription(
                "The real state machine handles the message on a copy of its saga as it is stored now. Nothing is sent, and nothing is changed. A consumer that is not a state machine does not run: the response says whether its inbox knows the message. What only the database refuses (a unique key, a concurrent change) is not seen."
            )
            .Refuses(StatusCodes.Status404NotFound, OperationsProblems.FailedMessageNotFound);

    static async Task<Results<Ok<View>, ProblemHttpResult>> Handle(
        string id,
        AppDbContext db,
        MessageSimulator simulator,
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
        var simulation = await simulator.Simulate(message, db, cancellationToken);
        return TypedResults.Ok(View.Of(row, simulation, clock.GetUtcNow()));
    }

    /// <summary>Simulates the redrive of a failed message, which sends it without the description of its failure.</summary>
    /// <param name="simulator">The simulator.</param>
    /// <param name="message">The failed message.</param>
    /// <param name="db">Reads the instance and the inbox.</param>
    /// <param name="cancellationToken">Stops the simulation.</param>
    /// <param name="loaded">Gets the stored instance before the state machine changes it.</param>
    public static Task<Simulation> Simulate(
        this MessageSimulator simulator,
        FailedMessage message,
        AppDbContext db,
        CancellationToken cancellationToken,
        Action<ISaga>? loaded = null
    ) =>
        simulator.Simulate(
            message.Endpoint,
            message.BodyToSend(),
            HeadersToSend(message),
            db,
            cancellationToken,
            loaded
        );

    /// <summary>Returns the headers with which a redrive sends a failed message.</summary>
    public static IReadOnlyDictionary<string, object> HeadersToSend(this FailedMessage message)
    {
        var headers = new Dictionary<string, object>(StringComparer.OrdinalIgnoreCase);
        foreach (var (name, value) in message.Headers)
            if (value is not null && !FailedMessage.DescribesFailure(name))
                headers[name] = value;
        if (message.ContentType is { } contentType)
            headers[MessageHeaders.ContentType] = contentType;
        if (message.MessageId is { } messageId)
            headers[MessageHeaders.MessageId] = messageId;
        return headers;
    }

    /// <param name="Id">The failed message.</param>
    /// <param name="Endpoint">The queue to which a redrive sends it.</param>
    /// <param name="MessageId">The message's own id.</param>
    /// <param name="MessageType">The name of the message type, if it can be read.</param>
    /// <param name="Result">
    /// What the redrive would do. <c>transition</c>: the state machine handles it. <c>ignored</c>: the state machine accepts it
    /// without effect. <c>unhandled</c>: the state machine does not accept it in its state, and it fails. <c>missingInstance</c>:
    /// there is no saga instance; <c>exception</c> says whether it then fails. <c>failsAgain</c>: the state machine throws.
    /// <c>deduplicated</c>: the inbox knows that it was handled. <c>wouldBeConsumed</c>: another consumer handles it.
    /// <c>unreadable</c>: its body cannot be read. <c>unknownVersion</c> or <c>skipped</c>: the endpoint does not consume it.
    /// <c>noEndpoint</c>: this host has no such endpoint. <c>notSimulated</c>: the state machine needs a service.
    /// </param>
    /// <param name="Reason">The explanation, for a person.</param>
    /// <param name="Consumer">The state machine or the consumer; null if there is none.</param>
    /// <param name="Saga">The saga instance; null without one.</param>
    /// <param name="Messages">The messages that would be published or sent, in order.</param>
    /// <param name="Timers">The timers that would be set or cancelled, in order.</param>
    /// <param name="Exception">Why it would fail; null if it would not.</param>
    /// <param name="Repeat">Whether a second handling of the message would be noticed.</param>
    internal sealed record View(
        string Id,
        string Endpoint,
        string? MessageId,
        string? MessageType,
        SimulationOutcome Result,
        string Reason,
        string? Consumer,
        SagaView? Saga,
        IReadOnlyList<SentView> Messages,
        IReadOnlyList<TimerView> Timers,
        ExceptionView? Exception,
        RepeatView Repeat
    )
    {
        public static View Of(StoredMessage row, Simulation simulation, DateTimeOffset now) =>
            new(
                row.Id,
                FailedMessage.EndpointOf(row.Queue),
                row.MessageId,
                row.MessageType,
                simulation.Outcome,
                simulation.Reason,
                (simulation.Machine?.GetType() ?? simulation.Consumer)?.Name,
                simulation.Saga is { } saga
                    ? new SagaView(simulation.Consumer!.Name, saga.Id, saga.IsNew, saga.From, saga.To, saga.Changes)
                    : null,
                [.. simulation.Messages.Select(SentView.Of)],
                [.. simulation.Timers.Select(TimerView.Of)],
                simulation.Exception?.GetBaseException() is { } exception
                    ? new ExceptionView(exception.GetType().Name, exception.Message, simulation.IsPermanent)
                    : null,
                RepeatView.Of(row, simulation, now)
            );
    }

    /// <param name="Type">The kind of saga.</param>
    /// <param name="Id">Its id.</param>
    /// <param name="IsNew">Whether the message creates it.</param>
    /// <param name="From">The state that it is in.</param>
    /// <param name="To">The state that it would be in; the same if the message fails.</param>
    /// <param name="Changes">The members whose values would change.</param>
    internal sealed record SagaView(
        string Type,
        Guid Id,
        bool IsNew,
        string From,
        string To,
        IReadOnlyList<string> Changes
    );

    /// <param name="Type">The name of the message type.</param>
    /// <param name="Kind"><c>published</c> or <c>sent</c>.</param>
    /// <param name="Destination">The exchange or queue that it would go to.</param>
    internal sealed record SentView(string Type, string Kind, string Destination)
    {
        public static SentView Of(SimulatedMessage message) =>
            new(message.Type.Name, message.IsPublished ? "published" : "sent", message.Destination);
    }

    /// <param name="Type">The name of the message that the timer delivers; null if a cancelled timer is not known.</param>
    /// <param name="Action"><c>set</c> or <c>cancelled</c>.</param>
    /// <param name="Due">When it would be due, if it would be set.</param>
    internal sealed record TimerView(string? Type, string Action, DateTimeOffset? Due)
    {
        public static TimerView Of(SimulatedTimer timer) =>
            new(timer.Type, timer.Due is null ? "cancelled" : "set", timer.Due);
    }

    /// <param name="Type">The type of the exception.</param>
    /// <param name="Message">Its message.</param>
    /// <param name="IsPermanent">Whether it goes back to the error queue at once, without retries.</param>
    internal sealed record ExceptionView(string Type, string Message, bool IsPermanent);

    /// <param name="HasInbox">Whether the consumer has an inbox, which drops a message that it knows.</param>
    /// <param name="IsOlderThanInbox">
    /// Whether the message is so old that the inbox may have forgotten it. True, too, if the message does not say when it was sent.
    /// </param>
    /// <param name="IsSafe">
    /// Whether a second handling has no second effect, even if the inbox has forgotten the message. Null if there is no consumer.
    /// </param>
    /// <param name="Because">The business key or the state that makes it safe.</param>
    internal sealed record RepeatView(bool HasInbox, bool IsOlderThanInbox, bool? IsSafe, string? Because)
    {
        public static RepeatView Of(StoredMessage row, Simulation simulation, DateTimeOffset now)
        {
            var because = simulation.Machine is null
                ? simulation.Consumer?.GetCustomAttribute<RepeatIsSafeAttribute>()?.Because
                : "The state of the saga decides. The result is that of this very message.";
            return new(
                simulation.HasInbox,
                row.SentAt is not { } sent || now - sent > MessagingRegistration.InboxWindow,
                simulation.Consumer is null ? null : because is not null,
                because
            );
        }
    }
}
