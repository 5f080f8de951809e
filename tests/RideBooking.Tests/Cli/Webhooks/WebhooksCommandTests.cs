using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;
using RideBooking.Cli;
using RideBooking.Notifications.Deliveries;
using RideBooking.Platform.Persistence;

namespace RideBooking.Tests.Cli.Webhooks;

/// <summary>An operator uses <c>ridebooking webhooks</c> on a running host.</summary>
public sealed class WebhooksCommandTests(ListeningHost host) : IClassFixture<ListeningHost>
{
    static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Lists_partners_and_deliveries_and_redrives_one_that_has_failed()
    {
        var created = await (await host.City.Operator()).Post(
            "operations/partners",
            new JsonObject
            {
                ["name"] = "Hotel",
                ["url"] = "https://hotel.example/events?token=secret",
                ["eventTypes"] = new JsonArray("DriverArrived"),
                ["reason"] = "a contract",
            }
        );
        var partner = created.Body!["partner"]!["id"]!.ToString();
        var now = DateTimeOffset.UtcNow;
        var delivery = new Delivery
        {
            Id = Guid.CreateVersion7(),
            EventId = Guid.CreateVersion7(),
            EventType = "DriverArrived",
            // The log has no such position, so nothing is sent.
            Position = 0,
            StreamId = "a ride",
            Channel = DeliveryChannel.Webhook,
            Recipient = partner,
            CreatedAt = now,
            Status = Delivery.Failed,
            Attempts = 9,
            NextAttemptAt = now,
            LastError = "The receiver answered 500.",
            FinishedAt = now,
        };
        await using (var scope = host.Services.CreateAsyncScope())
        {
            var db = scope.ServiceProvider.GetRequiredService<AppDbContext>();
            db.Add(delivery);
            await db.SaveChangesAsync(Stop);
        }

        (await host.Run("webhooks", "partners"))
            .ShouldEnd(ExitCode.Done)
            .Lines.ShouldContain(line => line.StartsWith($"{partner}\tHotel\thttps://hotel.example\tDriverArrived\t"));
        (await host.Run("webhooks", "list", "--state", "failed"))
            .ShouldEnd(ExitCode.Done)
            .Lines.ShouldContain(line =>
                line.StartsWith($"{delivery.Id}\tDriverArrived\ta ride\t{partner}\t")
                && line.EndsWith("\tfailed\t9\tThe receiver answered 500.")
            );
        (await host.Run("webhooks", "list", "--state", "lost")).ShouldEnd(ExitCode.Usage);
        (await host.Run("webhooks", "redrive", $"{delivery.Id}")).ShouldEnd(ExitCode.Usage);
        (await host.Run("webhooks", "redrive", $"{Guid.NewGuid()}", "--reason", "x")).ShouldEnd(ExitCode.NotFound);
        (await host.Run("webhooks", "redrive", $"{delivery.Id}", "--reason", "the receiver is repaired"))
            .ShouldEnd(ExitCode.Done)
            .Out.ShouldBe("A host sends it within seconds.\n");
        (await host.Run("audit", "actions")).Lines.ShouldContain(line =>
            line.Contains("\tredrive-delivery\t") && line.EndsWith("\tthe receiver is repaired")
        );
    }
}
