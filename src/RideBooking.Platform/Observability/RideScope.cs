using System.Collections;
using System.Globalization;
using MassTransit;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using RideBooking.Platform.Messaging;

namespace RideBooking.Platform.Observability;

/// <summary>
/// Every line that is logged while a message or a request of a ride is handled says which ride, and which conversation:
/// the one that began with a request from outside, the event log's <c>correlation_id</c>. Ids only, never what a message
/// or request holds.
/// </summary>
internal static class RideScope
{
    public const string RideId = "RideId";
    public const string ConversationId = "ConversationId";

    /// <summary>Requests whose route names a ride.</summary>
    public static void UseRideScope(this WebApplication app)
    {
        var log = app.Services.GetRequiredService<ILoggerFactory>().CreateLogger(Telemetry.Name);
        app.Use(
            async (context, next) =>
            {
                if (!Guid.TryParse(context.GetRouteValue("rideId") as string, out var ride))
                {
                    await next(context);
                    return;
                }
                using (log.BeginScope(new Ids { { RideId, ride } }))
                    await next(context);
            }
        );
    }

    /// <summary>Messages, whatever their consumer.</summary>
    public static void UseRideScope(this IReceiveEndpointConfigurator endpoint, IServiceProvider services, string name)
    {
        var log = services.GetRequiredService<ILoggerFactory>().CreateLogger(Telemetry.Name);
        endpoint.UseMessageFilter(new Around(name, log));
    }

    sealed class Around(string endpoint, ILogger log) : IMessageFilter
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
                { RideId, RideOf<T>.Message(context.Message) },
            };
            using (log.BeginScope(ids))
                await next.Send(context);
        }
    }

    /// <summary>Names and ids, for a structured log as members and for a plain one as text.</summary>
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
