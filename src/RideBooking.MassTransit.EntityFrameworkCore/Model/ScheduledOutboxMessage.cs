using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using MassTransit.Context;
using MassTransit.Scheduling;
using MassTransit.Serialization;

namespace MassTransit.EntityFrameworkCoreIntegration;

/// <summary>A message that is sent when it is due, unless it is cancelled before.</summary>
/// <remarks>
/// It is committed with the change that schedules it, and deleted with the change that cancels it. When it is due, it becomes a
/// row of the outbox, in one transaction, and is sent from there.
/// </remarks>
public class ScheduledOutboxMessage
{
    static readonly string s_envelope = SystemTextJsonMessageSerializer.JsonContentType.MediaType;
    static readonly JsonSerializerOptions s_json = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>A UUIDv7. Of the rows with one token, the newest counts.</summary>
    public Guid Id { get; set; }

    /// <summary>The token that cancels it.</summary>
    public Guid Token { get; set; }

    /// <summary>When it is due, UTC.</summary>
    public DateTime DueTime { get; set; }

    /// <summary>The type of the bus that sends it; null for the bus that is registered without a type.</summary>
    public string? BusName { get; set; }

    /// <summary>The row of the outbox that it becomes, as JSON.</summary>
    public string Message { get; set; } = null!;

    /// <summary>Creates the row from the message that a scheduler sends.</summary>
    /// <remarks>
    /// The message that is sent when it is due has the ids, addresses, headers and transport properties of the scheduler's
    /// message, and the headers that Quartz's integration gives it.
    /// </remarks>
    internal static ScheduledOutboxMessage From<T>(
        SendContext<T> context,
        ScheduleMessage scheduled,
        DateTime now,
        string? busName,
        TimeSpan gracePeriod,
        bool keepsOrder
    )
        where T : class
    {
        var dueTime =
            scheduled.ScheduledTime.Kind is DateTimeKind.Unspecified
                ? DateTime.SpecifyKind(scheduled.ScheduledTime, DateTimeKind.Utc)
                : scheduled.ScheduledTime.ToUniversalTime();
        var due = new DueSendContext(context, scheduled, dueTime);
        var message = OutboxMessage.From(due, sequenceNumber: 1, now, busName, gracePeriod, keepsOrder, context);
        return new ScheduledOutboxMessage
        {
            Id = message.Id,
            Token = scheduled.CorrelationId,
            DueTime = dueTime,
            BusName = busName,
            Message = JsonSerializer.Serialize(message, s_json),
        };
    }

    /// <summary>Returns the row of the outbox that it becomes.</summary>
    internal OutboxMessage Due(DateTime now, TimeSpan gracePeriod)
    {
        var message = JsonSerializer.Deserialize<OutboxMessage>(Message)!;
        message.SentTime = now;
        message.NextAttemptTime = now + gracePeriod;
        if (message.ContentType.StartsWith(s_envelope, StringComparison.Ordinal))
            message.Body = SentAt(message.Body, now);
        return message;
    }

    // Without an envelope, the transport's properties have the time.
    static string SentAt(string envelope, DateTime now)
    {
        var members = JsonNode.Parse(envelope)!.AsObject();
        members["sentTime"] = now;
        return members.ToJsonString(s_json);
    }

    /// <summary>The message that is sent when it is due.</summary>
    sealed class DueSendContext : MessageSendContext<object>
    {
        public DueSendContext(SendContext context, ScheduleMessage scheduled, DateTime dueTime)
            : base(scheduled.Payload)
        {
            MessageId = context.MessageId;
            RequestId = context.RequestId;
            CorrelationId = context.CorrelationId;
            ConversationId = context.ConversationId;
            InitiatorId = context.InitiatorId;
            SourceAddress = context.SourceAddress;
            DestinationAddress = BrokerAddress(scheduled.Destination, context.SourceAddress);
            ResponseAddress = context.ResponseAddress;
            FaultAddress = context.FaultAddress;
            TimeToLive = context.TimeToLive;
            ContentType = context.ContentType;
            Serialization = context.Serialization;
            Serializer = context.Serializer;
            SupportedMessageTypes = scheduled.PayloadType;
            foreach (var (key, value) in context.Headers.GetAll())
                Headers.Set(key, value);
            Headers.Set(MessageHeaders.SchedulingTokenId, scheduled.CorrelationId.ToString());
            Headers.Set(MessageHeaders.Quartz.ScheduleId, scheduled.CorrelationId.ToString("N"));
            Headers.Set(
                MessageHeaders.Quartz.Scheduled,
                new DateTimeOffset(dueTime).ToString("O", CultureInfo.InvariantCulture)
            );
        }

        /// <summary>Translates a queue's address to that of its exchange on RabbitMQ.</summary>
        /// <remarks>A send to <c>queue:x</c> would declare x as a classic queue, and fail where x is a quorum queue.</remarks>
        static Uri BrokerAddress(Uri address, Uri? bus) =>
            address.Scheme == "queue" && bus?.Scheme is "rabbitmq" or "rabbitmqs" or "amqp" or "amqps"
                ? new Uri("exchange:" + address.AbsolutePath + address.Query)
                : address;
    }
}
