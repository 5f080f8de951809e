using System.Text.Json.Serialization;
using MassTransit.Context;
using MassTransit.Metadata;
using MassTransit.Middleware;
using MassTransit.Serialization;

namespace MassTransit.EntityFrameworkCoreIntegration;

/// <summary>A message that is committed with the change that caused it, and sent afterwards.</summary>
/// <remarks>The application creates its keys, so no value has to be read back from the database.</remarks>
public class OutboxMessage : OutboxMessageContext
{
    // The name that MassTransit.RabbitMQ gives this property. It belongs to the destination, not to the message.
    const string RabbitMqExchange = "RMQ-Exchange";

    Headers? _headers;
    Dictionary<string, object>? _properties;

    /// <summary>The row's key, a UUIDv7.</summary>
    public Guid Id { get; set; }

    /// <summary>The order within one outbox (one consumed message, or one scope of the bus outbox), from 1.</summary>
    public long SequenceNumber { get; set; }

    /// <summary>The message's id, which stays the same each time it is sent.</summary>
    public Guid MessageId { get; set; }

    /// <summary>The message's URNs, separated by semicolons.</summary>
    public string MessageType { get; set; } = null!;

    /// <summary>The content type of the body.</summary>
    public string ContentType { get; set; } = null!;

    /// <summary>The serialized message; base64 if the serializer is binary.</summary>
    public string Body { get; set; } = null!;

    /// <summary>The headers as JSON, or null if there are none.</summary>
    public string? Headers { get; set; }

    /// <summary>The transport's properties (routing key, partition key…) as JSON, or null if there are none.</summary>
    public string? Properties { get; set; }

    /// <inheritdoc />
    public Guid? ConversationId { get; set; }

    /// <inheritdoc />
    public Guid? CorrelationId { get; set; }

    /// <inheritdoc />
    public Guid? InitiatorId { get; set; }

    /// <inheritdoc />
    public Guid? RequestId { get; set; }

    /// <inheritdoc />
    public Uri? SourceAddress { get; set; }

    /// <inheritdoc />
    public Uri? DestinationAddress { get; set; }

    /// <inheritdoc />
    public Uri? ResponseAddress { get; set; }

    /// <inheritdoc />
    public Uri? FaultAddress { get; set; }

    /// <summary>When the message was put into the outbox, UTC.</summary>
    public DateTime SentTime { get; set; }

    /// <summary>When a delayed message becomes visible to its receiver, UTC.</summary>
    public DateTime? EnqueueTime { get; set; }

    /// <summary>The time, UTC, after which the message is dropped.</summary>
    public DateTime? ExpirationTime { get; set; }

    /// <summary>The message that was being consumed, if one was.</summary>
    public Guid? InboxMessageId { get; set; }

    /// <summary>The consumer that was consuming it, if one was.</summary>
    public Guid? InboxConsumerId { get; set; }

    /// <summary>The scope of the bus outbox, if no message was being consumed.</summary>
    public Guid? OutboxId { get; set; }

    /// <summary>The type of the bus that sends the message; null for the bus that is registered without a type.</summary>
    public string? BusName { get; set; }

    /// <summary>How many times sending the message has failed because of the message itself.</summary>
    public int AttemptCount { get; set; }

    /// <summary>The ordering key, which is the routing key, if the outbox keeps messages in order; otherwise null.</summary>
    /// <remarks>Messages with the same key are sent in the order in which they were committed.</remarks>
    public string? OrderingKey { get; set; }

    /// <summary>The position within the ordering key; messages with the same number are sent in parallel.</summary>
    public long OrderingNumber { get; set; }

    /// <summary>The time, UTC, from which the row counts as left behind, so that the sweeper sends it.</summary>
    public DateTime NextAttemptTime { get; set; }

    /// <summary>Why the last attempt to send the message failed.</summary>
    public string? LastError { get; set; }

    /// <summary>
    /// The W3C id of the activity that sent the message; not stored, for interceptors that read the message while it is
    /// saved.
    /// </summary>
    [JsonIgnore]
    public string? ActivityId { get; private set; }

    /// <summary>The messages with the same ordering key that were ahead of it when it was committed; not stored.</summary>
    internal IReadOnlyCollection<Guid> Predecessors { get; set; } = [];

    Guid? MessageContext.MessageId => MessageId;
    DateTime? MessageContext.SentTime => SentTime;
    Headers MessageContext.Headers => _headers ?? EmptyHeaders.Instance;
    HostInfo MessageContext.Host => HostMetadataCache.Host;
    IReadOnlyDictionary<string, object> OutboxMessageContext.Properties => _properties ?? [];

    /// <summary>Deserializes the stored headers and properties, so that the row can be read as a message.</summary>
    public void Deserialize(IObjectDeserializer deserializer)
    {
        ArgumentNullException.ThrowIfNull(deserializer);

        _headers = deserializer.DeserializeDictionary<object?>(Headers) is { } headers
            ? new DictionarySendHeaders(headers)
            : EmptyHeaders.Instance;
        _properties = deserializer.DeserializeDictionary<object>(Properties);
    }

    /// <summary>Creates the row from a message that is being sent, with everything that a receiver may need.</summary>
    /// <param name="context">The message.</param>
    /// <param name="sequenceNumber">Its order within the outbox.</param>
    /// <param name="now">The present time, UTC.</param>
    /// <param name="busName">The bus that sends it.</param>
    /// <param name="gracePeriod">How long the sweeper leaves it to this process.</param>
    /// <param name="keepsOrder">Whether its routing key is its ordering key.</param>
    /// <param name="transport">The context with the transport's properties, if it is another one, with another destination.</param>
    internal static OutboxMessage From<T>(
        SendContext<T> context,
        long sequenceNumber,
        DateTime now,
        string? busName,
        TimeSpan gracePeriod,
        bool keepsOrder,
        SendContext? transport = null
    )
        where T : class
    {
        var messageId = context.MessageId ?? throw new MessageException(typeof(T), "It has no MessageId.");
        var json = SystemTextJsonMessageSerializer.Instance;
        var message = new OutboxMessage
        {
            Id = Guid.CreateVersion7(now),
            SequenceNumber = sequenceNumber,
            MessageId = messageId,
            MessageType = string.Join(';', context.SupportedMessageTypes),
            ContentType = (context.ContentType ?? context.Serialization.DefaultContentType).ToString(),
            Body = context.Serializer.GetMessageBody(context).GetString(),
            Headers = json.SerializeDictionary(context.Headers.GetAll()),
            ConversationId = context.ConversationId,
            CorrelationId = context.CorrelationId,
            InitiatorId = context.InitiatorId,
            RequestId = context.RequestId,
            SourceAddress = context.SourceAddress,
            DestinationAddress =
                context.DestinationAddress ?? throw new MessageException(typeof(T), "It has no destination address."),
            ResponseAddress = context.ResponseAddress,
            FaultAddress = context.FaultAddress,
            SentTime = context.SentTime?.ToUniversalTime() ?? now,
            EnqueueTime = now + context.Delay,
            ExpirationTime = now + context.TimeToLive,
            BusName = busName,
            NextAttemptTime = now + gracePeriod,
            OrderingKey = keepsOrder && (transport ?? context).RoutingKey() is { Length: > 0 } key ? key : null,
            ActivityId = System.Diagnostics.Activity.Current?.Id,
        };

        if ((transport ?? context) is TransportSendContext withProperties)
        {
            var properties = new Dictionary<string, object>(StringComparer.OrdinalIgnoreCase);
            withProperties.WritePropertiesTo(properties);
            if (transport is not null)
                properties.Remove(RabbitMqExchange);
            message.Properties = json.SerializeDictionary(properties);
        }

        return message;
    }
}
