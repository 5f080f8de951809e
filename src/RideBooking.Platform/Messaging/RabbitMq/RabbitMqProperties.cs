using System.Collections;
using System.Globalization;
using System.Text.Json.Nodes;
using MassTransit;
using RabbitMQ.Client;

namespace RideBooking.Platform.Messaging.RabbitMq;

/// <summary>
/// Preserves the headers and properties of a RabbitMQ message, as JSON, through text storage (the scheduler, the database) and
/// through MassTransit, which supports few header types.
/// </summary>
/// <remarks>They are restored when the message is sent.</remarks>
public static class RabbitMqProperties
{
    /// <summary>The header of the scheduled message. It is never sent over the wire.</summary>
    public const string Header = "RideBooking-RabbitMQ-Properties";

    /// <summary>MassTransit's name for the property that the broker accepts only from the user it names.</summary>
    public const string UserId = "RMQ-UserId";

    /// <summary>Makes the bus restore the properties of every message that it sends with <see cref="Header"/>.</summary>
    internal static void Use(IBusFactoryConfigurator bus) => bus.ConnectSendObserver(new Observer());

    /// <summary>Returns the value of <see cref="Header"/>, without the headers that the sender sets itself.</summary>
    public static string Describe(IReadOnlyBasicProperties properties, params IReadOnlyCollection<string> except)
    {
        var headers = new JsonObject();
        foreach (var (name, value) in properties.Headers ?? new Dictionary<string, object?>())
            if (!except.Contains(name, StringComparer.OrdinalIgnoreCase))
                headers[name] = Write(value);
        var description = new JsonObject { ["headers"] = headers };
        if (properties.IsTimestampPresent())
            description["timestamp"] = properties.Timestamp.UnixTime;
        if (properties.IsContentEncodingPresent())
            description["contentEncoding"] = properties.ContentEncoding;
        if (properties.IsMessageIdPresent())
            description["messageId"] = properties.MessageId;
        if (properties.IsCorrelationIdPresent())
            description["correlationId"] = properties.CorrelationId;
        if (properties.IsAppIdPresent())
            description["appId"] = properties.AppId;
        if (properties.IsTypePresent())
            description["type"] = properties.Type;
        if (properties.IsReplyToPresent())
            description["replyTo"] = properties.ReplyTo;
        if (properties.IsPriorityPresent())
            description["priority"] = properties.Priority;
        return description.ToJsonString();
    }

    /// <summary>Parses an id that MassTransit would write back unchanged; null where the text would differ.</summary>
    public static Guid? Id(string? text) =>
        Guid.TryParseExact(text, "D", out var id) && id.ToString() == text ? id : null;

    static void Restore(SendContext context)
    {
        if (
            !context.Headers.TryGetHeader(Header, out var description)
            || !context.TryGetPayload(out RabbitMqSendContext? sending)
        )
            return;
        context.Headers.Set(Header, null);
        Restore(description.ToString()!, sending.BasicProperties);
    }

    /// <summary>Restores the headers and properties that <see cref="Describe"/> has described.</summary>
    public static void Restore(string description, IBasicProperties properties)
    {
        var known = JsonNode.Parse(description)!;
        properties.Headers ??= new Dictionary<string, object?>();
        foreach (var (name, value) in Table(known["headers"]!))
            properties.Headers[name] = value;
        if (known["timestamp"] is { } timestamp)
            properties.Timestamp = new AmqpTimestamp((long)timestamp);
        if (known["contentEncoding"] is { } encoding)
            properties.ContentEncoding = (string)encoding!;
        if (known["messageId"] is { } messageId)
            properties.MessageId = (string)messageId!;
        if (known["correlationId"] is { } correlationId)
            properties.CorrelationId = (string)correlationId!;
        if (known["appId"] is { } appId)
            properties.AppId = (string)appId!;
        if (known["type"] is { } type)
            properties.Type = (string)type!;
        if (known["replyTo"] is { } replyTo)
            properties.ReplyTo = (string)replyTo!;
        if (known["priority"] is { } priority)
            properties.Priority = (byte)priority;
    }

    // The letters that AMQP uses for the types; floating-point numbers are stored as their bits.
    static JsonArray Write(object? value) =>
        value switch
        {
            null => ["V"],
            bool flag => ["t", flag],
            sbyte number => ["b", number],
            byte number => ["B", number],
            short number => ["s", number],
            ushort number => ["u", number],
            int number => ["I", number],
            uint number => ["i", number],
            long number => ["l", number],
            float number => ["f", BitConverter.SingleToInt32Bits(number)],
            double number => ["d", BitConverter.DoubleToInt64Bits(number)],
            decimal number => ["D", number.ToString(CultureInfo.InvariantCulture)],
            byte[] text => ["S", Convert.ToBase64String(text)],
            BinaryTableValue binary => ["x", Convert.ToBase64String(binary.Bytes ?? [])],
            AmqpTimestamp timestamp => ["T", timestamp.UnixTime],
            IDictionary<string, object?> table =>
            [
                "F",
                new JsonObject(table.Select(entry => KeyValuePair.Create(entry.Key, (JsonNode?)Write(entry.Value)))),
            ],
            IEnumerable list => ["A", new JsonArray([.. list.Cast<object?>().Select(Write)])],
            _ => throw new NotSupportedException($"RabbitMQ's client reads no header as {value.GetType()}."),
        };

    static object? Read(JsonNode? typed)
    {
        var value = typed is JsonArray { Count: 2 } pair ? pair[1]! : null;
        return (string)typed![0]! switch
        {
            "V" => null,
            "t" => (bool)value!,
            "b" => (sbyte)value!,
            "B" => (byte)value!,
            "s" => (short)value!,
            "u" => (ushort)value!,
            "I" => (int)value!,
            "i" => (uint)value!,
            "l" => (long)value!,
            "f" => BitConverter.Int32BitsToSingle((int)value!),
            "d" => BitConverter.Int64BitsToDouble((long)value!),
            "D" => decimal.Parse((string)value!, CultureInfo.InvariantCulture),
            "S" => Convert.FromBase64String((string)value!),
            "x" => new BinaryTableValue(Convert.FromBase64String((string)value!)),
            "T" => new AmqpTimestamp((long)value!),
            "F" => Table(value!),
            "A" => value!.AsArray().Select(Read).ToList(),
            var type => throw new NotSupportedException($"No type of header has the letter {type}."),
        };
    }

    static Dictionary<string, object?> Table(JsonNode table) =>
        table.AsObject().ToDictionary(entry => entry.Key, entry => Read(entry.Value));

    sealed class Observer : ISendObserver
    {
        // Runs last before the transport reads the context, and so overrides what the pipes have set.
        public Task PreSend<T>(SendContext<T> context)
            where T : class
        {
            Restore(context);
            return Task.CompletedTask;
        }

        public Task PostSend<T>(SendContext<T> context)
            where T : class => Task.CompletedTask;

        public Task SendFault<T>(SendContext<T> context, Exception exception)
            where T : class => Task.CompletedTask;
    }
}
