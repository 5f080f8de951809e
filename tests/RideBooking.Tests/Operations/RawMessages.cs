using System.Net.Mime;
using System.Text;
using System.Text.Json.Nodes;
using MassTransit;
using MassTransit.Serialization;
using Microsoft.Extensions.DependencyInjection;

namespace RideBooking.Tests.Operations;

/// <summary>Puts raw bodies into the queues of the in-memory transport, as a broken producer would.</summary>
internal static class RawMessages
{
    public static async Task Put(this IServiceProvider services, string queue, byte[] body, string? messageId)
    {
        var endpoint = await services.GetRequiredService<IBus>().GetSendEndpoint(new Uri($"queue:{queue}"));
        await endpoint.Send(
            new Anything(),
            context =>
            {
                context.Serializer = new CopyBodySerializer(
                    new ContentType("application/vnd.masstransit+json"),
                    new BytesMessageBody(body)
                );
                if (messageId is not null)
                    context.MessageId = Guid.Parse(messageId);
            },
            TestContext.Current.CancellationToken
        );
    }

    /// <summary>A message that is labelled as one of the product's.</summary>
    public static byte[] Envelope(Guid messageId, string type, JsonObject message) =>
        Encoding.UTF8.GetBytes(
            new JsonObject
            {
                ["messageId"] = messageId.ToString(),
                ["messageType"] = new JsonArray($"urn:message:RideBooking.Contracts:{type}"),
                ["message"] = message,
                ["sentTime"] = "2026-01-01T00:00:00Z",
                ["headers"] = new JsonObject(),
            }.ToJsonString()
        );

    sealed record Anything;
}
