using System.Collections.Concurrent;
using System.Text.Json;
using MassTransit;
using MassTransit.Context;
using MassTransit.Serialization;

namespace RideBooking.Testing.Engine;

/// <summary>Serializes messages with MassTransit's own serializer, with the lab's time.</summary>
sealed class Serializer
{
    readonly ConcurrentDictionary<Type, Packer> _packers = new();

    delegate Envelope Packer(object message, Head head, DateTimeOffset sent);

    /// <summary>The envelope's members beside the message.</summary>
    public sealed record Head(
        Guid MessageId,
        Guid? RequestId = null,
        Uri? ResponseAddress = null,
        Uri? FaultAddress = null,
        Guid? CorrelationId = null,
        Guid? ConversationId = null,
        IReadOnlyDictionary<string, object>? Headers = null
    );

    public Envelope Pack(object message, Type type, Head head, DateTimeOffset sent) =>
        _packers.GetOrAdd(type, PackerOf)(message, head, sent);

    /// <summary>Returns the same message, sent (again) now, with additional headers.</summary>
    public Envelope Repack(Envelope envelope, DateTimeOffset sent, params (string Name, object Value)[] headers)
    {
        var all = new Dictionary<string, object>(envelope.Headers);
        foreach (var (name, value) in headers)
            all[name] = value;
        var head = new Head(
            envelope.MessageId,
            envelope.RequestId,
            envelope.ResponseAddress,
            envelope.FaultAddress,
            envelope.CorrelationId,
            envelope.ConversationId,
            all
        );
        return Pack(envelope.Message, envelope.Type, head, sent);
    }

    static Packer PackerOf(Type type) =>
        ((Packer)Pack<object>).Method.GetGenericMethodDefinition().MakeGenericMethod(type).CreateDelegate<Packer>();

    static Envelope Pack<T>(object message, Head head, DateTimeOffset sent)
        where T : class
    {
        var context = new MessageSendContext<T>((T)message)
        {
            MessageId = head.MessageId,
            RequestId = head.RequestId,
            ResponseAddress = head.ResponseAddress,
            FaultAddress = head.FaultAddress,
            CorrelationId = head.CorrelationId,
            ConversationId = head.ConversationId,
        };
        var headers = head.Headers ?? new Dictionary<string, object>();
        foreach (var (name, value) in headers)
            context.Headers.Set(name, value);
        var envelope = new JsonMessageEnvelope(context, message) { SentTime = sent.UtcDateTime };
        var body = JsonSerializer.SerializeToUtf8Bytes(envelope, SystemTextJsonMessageSerializer.Options);
        using var wire = JsonDocument.Parse(body);
        var content = wire.RootElement.GetProperty("message");
        return new Envelope
        {
            MessageId = head.MessageId,
            Type = typeof(T),
            // The receiver's copy, not the sender's object, which the sender may still change.
            Message = content.Deserialize<T>(SystemTextJsonMessageSerializer.Options)!,
            Body = body,
            RequestId = head.RequestId,
            ResponseAddress = head.ResponseAddress,
            FaultAddress = head.FaultAddress,
            CorrelationId = head.CorrelationId,
            ConversationId = head.ConversationId,
            Headers = headers,
        };
    }
}
