using System.Text;
using System.Text.Json.Nodes;
using RabbitMQ.Client;
using RideBooking.TestKit.Api;

namespace RideBooking.IntegrationTests.Platform.Messaging.Partitions;

/// <summary>Puts a message into the queue to which the product would route it by its ride.</summary>
static class Put
{
    /// <summary>Puts a <c>DriverOffered</c>; returns when the broker has it in a queue.</summary>
    public static Task Offer(Uri broker, string endpoint, Guid ride, Guid messageId) =>
        At(
            broker,
            endpoint,
            ride,
            messageId,
            new JsonObject
            {
                ["rideId"] = ride.ToString(),
                ["riderId"] = "a rider",
                ["offerId"] = Guid.CreateVersion7().ToString(),
                ["driverId"] = "a driver",
                ["pickup"] = City.Alexanderplatz.DeepClone(),
                ["dropoff"] = City.Zoo.DeepClone(),
                ["pickupEtaSeconds"] = 120,
                ["expiresAt"] = "2100-01-01T00:00:00Z",
                ["at"] = "2026-01-01T00:00:00Z",
            }
        );

    /// <summary>Puts a raw body labelled as a <c>DriverOffered</c>; returns when the broker has it in a queue.</summary>
    public static async Task At(Uri broker, string endpoint, Guid ride, Guid messageId, JsonObject message)
    {
        var cancellationToken = TestContext.Current.CancellationToken;
        await using var connection = await new ConnectionFactory { Uri = broker }.CreateConnectionAsync(
            cancellationToken
        );
        await using var channel = await connection.CreateChannelAsync(
            new CreateChannelOptions(publisherConfirmationsEnabled: true, publisherConfirmationTrackingEnabled: true),
            cancellationToken
        );
        var body = new JsonObject
        {
            ["messageId"] = messageId.ToString(),
            ["messageType"] = new JsonArray("urn:message:RideBooking.Contracts:DriverOffered"),
            ["message"] = message,
            ["sentTime"] = "2026-01-01T00:00:00Z",
            ["headers"] = new JsonObject(),
        };
        await channel.BasicPublishAsync(
            endpoint,
            ride.ToString(),
            mandatory: true,
            new BasicProperties { ContentType = "application/vnd.masstransit+json", Persistent = true },
            Encoding.UTF8.GetBytes(body.ToJsonString()),
            cancellationToken
        );
    }
}
