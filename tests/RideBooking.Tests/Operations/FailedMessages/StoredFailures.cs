using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using MassTransit;
using MassTransit.Serialization;
using Microsoft.Extensions.DependencyInjection;
using RideBooking.Operations.ErrorQueues;
using RideBooking.Operations.FailedMessages;
using RideBooking.Platform.Persistence;

namespace RideBooking.Tests.Operations.FailedMessages;

/// <summary>Puts rows into a host's database: failed messages, and the sagas that they are for.</summary>
internal static class StoredFailures
{
    static CancellationToken Stop => TestContext.Current.CancellationToken;

    /// <summary>Stores a message that has failed at an endpoint.</summary>
    /// <returns>The id of the failed message.</returns>
    public static Task<string> Fail<T>(
        this IServiceProvider services,
        string endpoint,
        T message,
        Guid? messageId = null,
        DateTimeOffset? sentAt = null
    )
        where T : class =>
        services.FailRaw(
            $"{endpoint}_error",
            Envelope(
                MessageUrn.ForTypeString<T>(),
                JsonSerializer.SerializeToNode(message, SystemTextJsonMessageSerializer.Options)!.AsObject(),
                messageId,
                sentAt
            )
        );

    /// <summary>Stores bytes that were found in an error or skipped queue.</summary>
    /// <returns>The id of the failed message.</returns>
    public static async Task<string> FailRaw(this IServiceProvider services, string queue, byte[] body)
    {
        var message = new FailedMessage(
            queue,
            new Dictionary<string, string?>
            {
                ["MT-Fault-Timestamp"] = "2026-01-01T00:00:01Z",
                ["MT-Fault-ExceptionType"] = "System.InvalidOperationException",
                ["MT-Fault-Message"] = "It went wrong.\n// twice",
            },
            SystemTextJsonMessageSerializer.JsonContentType.ToString(),
            body
        );
        await services.Store(StoredMessage.Of(message, DateTimeOffset.UtcNow));
        return message.Id;
    }

    /// <summary>Stores an entity.</summary>
    public static async Task Store(this IServiceProvider services, object entity)
    {
        await using var scope = services.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<AppDbContext>();
        db.Add(entity);
        await db.SaveChangesAsync(Stop);
    }

    public static byte[] Envelope(
        string urn,
        JsonObject message,
        Guid? messageId = null,
        DateTimeOffset? sentAt = null
    ) =>
        Encoding.UTF8.GetBytes(
            new JsonObject
            {
                ["messageId"] = $"{messageId ?? Guid.CreateVersion7()}",
                ["messageType"] = new JsonArray(urn),
                ["message"] = message,
                ["sentTime"] = (sentAt ?? DateTimeOffset.UtcNow).ToString("O"),
                ["headers"] = new JsonObject { ["MT-Redelivery-Count"] = 3 },
            }.ToJsonString()
        );
}
