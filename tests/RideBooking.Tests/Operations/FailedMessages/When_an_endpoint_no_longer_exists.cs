using System.Net;
using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;
using RideBooking.Operations.ErrorQueues;
using RideBooking.Operations.FailedMessages;
using RideBooking.Platform.Persistence;
using RideBooking.TestKit.Api;
using RideBooking.Tests.Host;

namespace RideBooking.Tests.Operations.FailedMessages;

/// <summary>An earlier version of the application had an endpoint more, and messages failed there.</summary>
public sealed class When_an_endpoint_no_longer_exists(EmbeddedHost host) : IClassFixture<EmbeddedHost>
{
    const string Queue = "charge-rider_error";

    static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Its_failed_messages_are_listed_and_discarded_but_not_sent()
    {
        var operations = await host.City.Operator();
        await Fail();
        (await operations.ErrorQueues())[Queue].ShouldBe(1);
        await operations.FindIn(Queue, 1);

        var redrive = await operations.Until(
            "the redrive",
            await operations.Redrive(Queue),
            answer => answer.Body!["finishedAt"] is not null
        );
        redrive.Text("status").ShouldBe("failed");
        redrive.Text("error").ShouldContain("charge-rider");
        await operations.FindIn(Queue, 1);

        var discard = new JsonObject
        {
            ["selection"] = new JsonObject { ["queue"] = Queue },
            ["reason"] = "its endpoint was removed",
        };
        (await operations.Post("operations/failed-messages/discard", discard)).ShouldBe(HttpStatusCode.OK).Body![
            "discarded"
        ]!
            .GetValue<int>()
            .ShouldBe(1);
        await operations.FindIn(Queue, 0);
    }

    async Task Fail()
    {
        var message = new FailedMessage(Queue, new Dictionary<string, string?>(), "application/json", [1, 2, 3]);
        await using var scope = host.Services.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<AppDbContext>();
        db.Add(StoredMessage.Of(message, DateTimeOffset.UtcNow));
        await db.SaveChangesAsync(Stop);
    }
}
