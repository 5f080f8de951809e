using System.Collections;
using System.Globalization;
using MassTransit;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using RideBooking.Contracts;

namespace RideBooking.Platform.Messaging;

/// <summary>
/// Adds the ids of the ride and of the conversation to every line that is logged while a message or a request is handled.
/// </summary>
/// <remarks>
/// The conversation began with a request from outside: it is the event log's <c>correlation_id</c>. The scope has ids only,
/// never the contents of a message or request.
/// </remarks>
internal static class LogScope
{
    // The member of a structured log has the name of the messages' property.
    const string Key = EventAttribute.DefaultStream;
    const string ConversationId = "ConversationId";

    /// <summary>Adds the scope to requests whose route has the id.</summary>
    public static void UseLogScope(this WebApplication app)
    {
        var logger = app.Services.GetRequiredService<ILoggerFactory>().CreateLogger(TelemetrySource.Name);
        app.Use(
            async (context, next) =>
            {
                if (!Guid.TryParse(context.GetRouteValue(Key) as string, out var id))
                {
                    await next(context);
                    return;
                }
                using (logger.BeginScope(new Ids { { Key, id } }))
                    await next(context);
            }
        );
    }

    /// <summary>Adds the scope to the messages of all consumers.</summary>
    public static void UseLogScope(this IReceiveEndpointConfigurator endpoint, IServiceProvider services, string name)
    {
        var logger = services.GetRequiredService<ILoggerFactory>().CreateLogger(TelemetrySource.Name);
        endpoint.UseMessageFilter(new Around(name, logger));
    }

    sealed class Around(string endpoint, ILogger logger) : IMessageFilter
    {
        public async Task Handle<T>(ConsumeContext<T> context, IPipe<ConsumeContext<T>> next)
            where T : class
        {
            var ids = new Ids
            {
                { "Endpoint", endpoint },
                { "MessageType", typeof(T).Name },
                { "MessageId", context.MessageId },
                { ConversationId, context.ConversationId },
                { Key, CorrelationKey<T>.Of(context.Message) },
            };
            using (logger.BeginScope(ids))
                await next.Send(context);
        }
    }

    /// <summary>Names and ids: members in a structured log, text in a plain one.</summary>
    sealed class Ids : IReadOnlyList<KeyValuePair<string, object?>>
    {
        readonly List<KeyValuePair<string, object?>> _ids = [];

        public void Add(string name, object? id)
        {
            if (id is not null)
                _ids.Add(new(name, id));
        }

        public KeyValuePair<string, object?> this[int index] => _ids[index];

        public int Count => _ids.Count;

        public IEnumerator<KeyValuePair<string, object?>> GetEnumerator() => _ids.GetEnumerator();

        IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

        public override string ToString() =>
            string.Join(", ", _ids.Select(id => string.Create(CultureInfo.InvariantCulture, $"{id.Key}:{id.Value}")));
    }
}
