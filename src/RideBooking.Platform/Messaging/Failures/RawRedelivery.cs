using System.Globalization;
using System.Text;
using MassTransit;
using MassTransit.Configuration;
using MassTransit.Context;
using MassTransit.QuartzIntegration;
using MassTransit.RabbitMqTransport;
using MassTransit.Serialization;
using RideBooking.Platform.Messaging.RabbitMq;

namespace RideBooking.Platform.Messaging.Failures;

/// <summary>Redelivers a message on a schedule exactly as it was received, byte for byte and with its headers.</summary>
/// <remarks>
/// MassTransit's own redelivery serializes the message again, from the members that the consumer's type knows. Here the
/// redelivery count travels in a transport header instead.
/// </remarks>
internal sealed class RawRedelivery : ScheduledRedeliveryConfigurationObserver
{
    RawRedelivery(IReceiveEndpointConfigurator endpoint, Action<IRedeliveryConfigurator> configure)
        : base(endpoint, configure) { }

    /// <summary>Redelivers the endpoint's failed messages; the configuration states which failures, and when.</summary>
    /// <remarks>MassTransit's observer connects itself to the endpoint when it is created, and not in any other way.</remarks>
    /// <returns>The observer, which the endpoint now has.</returns>
    public static RawRedelivery Attach(
        IReceiveEndpointConfigurator endpoint,
        Action<IRedeliveryConfigurator> configure
    ) => new(endpoint, configure);

    protected override IRedeliveryPipeSpecification AddRedeliveryPipeSpecification<TMessage>(
        IConsumePipeConfigurator configurator
    )
    {
        var filter = new Filter<TMessage>();
        configurator.AddPipeSpecification(filter);
        return filter;
    }

    sealed class Filter<T>
        : IFilter<ConsumeContext<T>>,
            IPipeSpecification<ConsumeContext<T>>,
            IRedeliveryPipeSpecification
        where T : class
    {
        public RedeliveryOptions Options { get; set; }

        public Task Send(ConsumeContext<T> context, IPipe<ConsumeContext<T>> next)
        {
            var before = context.ReceiveContext.TransportHeaders.Get<int>(MessageHeaders.RedeliveryCount) ?? 0;
            if (before > context.GetRedeliveryCount())
                context = new RedeliveredContext<T>(context, before);
            context.GetOrAddPayload<MessageRedeliveryContext>(() => new Redelivery(context));
            return next.Send(context);
        }

        public void Probe(ProbeContext context) => context.CreateFilterScope("rawRedelivery");

        public void Apply(IPipeBuilder<ConsumeContext<T>> builder) => builder.AddFilter(this);

        public IEnumerable<ValidationResult> Validate() => [];
    }

    /// <summary>Exposes the redelivery count where consumers and MassTransit look for it.</summary>
    sealed class RedeliveredContext<T> : ConsumeContextProxy<T>
        where T : class
    {
        readonly DictionarySendHeaders _headers = new();

        public RedeliveredContext(ConsumeContext<T> context, int redeliveries)
            : base(context)
        {
            foreach (var (name, value) in context.Headers.GetAll())
                _headers.Set(name, value);
            _headers.Set(MessageHeaders.RedeliveryCount, redeliveries);
        }

        public override Headers Headers => _headers;
    }

    sealed class Redelivery(ConsumeContext context) : MessageRedeliveryContext
    {
        public Task ScheduleRedelivery(TimeSpan delay, Action<ConsumeContext, SendContext>? callback)
        {
            var received = context.ReceiveContext;
            var redeliveries = context.GetRedeliveryCount() + 1;
            received.TryGetPayload(out RabbitMqBasicConsumeContext? delivery);
            var headers = HeadersOf(received, delivery);
            headers[MessageHeaders.RedeliveryCount] = redeliveries;
            // MassTransit computes due times from the system's clock.
            var now = TimeProvider.System.GetUtcNow();
            headers[DueTime.Header] = DueTime.Text(now + delay);
            received.TryGetPayload(out TransportReceiveContext? transport);
            var original = new OriginalMessage
            {
                Body = Convert.ToBase64String(received.GetBody()),
                ContentType = received.ContentType.ToString(),
                MessageId = delivery is null ? context.MessageId : RabbitMqProperties.Id(delivery.Properties.MessageId),
                CorrelationId = delivery is null
                    ? context.CorrelationId
                    : RabbitMqProperties.Id(delivery.Properties.CorrelationId),
                ConversationId = context.ConversationId,
                Headers = OriginalMessage.ToJson(headers),
                Properties = transport?.GetTransportProperties() is { } properties
                    ? OriginalMessage.ToJson(properties.Where(property => property.Key != RabbitMqProperties.UserId))
                    : null,
            };
            return context
                .GetPayload<MessageSchedulerContext>()
                .SchedulerFactory(context)
                .ScheduleSend(
                    received.InputAddress,
                    (now + delay).UtcDateTime,
                    original,
                    Pipe.Execute<SendContext>(schedule =>
                    {
                        schedule.Headers.Set(MessageHeaders.RedeliveryCount, redeliveries);
                        if (context.ExpirationTime is { } expires)
                            schedule.TimeToLive = expires.ToUniversalTime() - now.UtcDateTime;
                        callback?.Invoke(context, schedule);
                    }),
                    context.CancellationToken
                );
        }

        // The in-memory transport's headers came from this process and are taken as they are; RabbitMQ's may come from any
        // sender.
        static Dictionary<string, object> HeadersOf(ReceiveContext received, RabbitMqBasicConsumeContext? delivery)
        {
            var headers = new Dictionary<string, object>(StringComparer.OrdinalIgnoreCase);
            if (delivery is not null)
                headers[RabbitMqProperties.Header] = RabbitMqProperties.Describe(
                    delivery.Properties,
                    except: [MessageHeaders.RedeliveryCount, DueTime.Header, "x-delivery-count"]
                );
            else
                foreach (var (name, value) in received.TransportHeaders.GetAll())
                    if (
                        Plain(value) is { } plain
                        && name is not (MessageHeaders.ContentType or MessageHeaders.MessageId)
                    )
                        headers[name] = plain;
            return headers;
        }

        static object? Plain(object? value) =>
            value switch
            {
                byte[] text => Encoding.UTF8.GetString(text),
                string or bool or int or long or double => value,
                short or byte or sbyte or ushort or uint => Convert.ToInt64(value, CultureInfo.InvariantCulture),
                float => Convert.ToDouble(value, CultureInfo.InvariantCulture),
                DateTime instant => instant.ToString("O", CultureInfo.InvariantCulture),
                DateTimeOffset or Guid or Uri or decimal => Convert.ToString(value, CultureInfo.InvariantCulture),
                _ => null,
            };
    }
}
