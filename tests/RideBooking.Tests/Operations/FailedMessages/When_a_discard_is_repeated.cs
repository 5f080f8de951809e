using System.Net;
using System.Text.Json.Nodes;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using RideBooking.Platform.Messaging.DeadLetters;
using RideBooking.Platform.Persistence;
using RideBooking.TestKit.Api;
using RideBooking.Tests.Host;
using RideBooking.Tests.Operations.ErrorQueues;

namespace RideBooking.Tests.Operations.FailedMessages;

/// <summary>The process dies between a discard and its answer, and the request is repeated with its key.</summary>
public sealed class When_a_discard_is_repeated(ForgetfulHost host) : IClassFixture<ForgetfulHost>
{
    const string Queue = "track-assignments_error";

    static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task It_discards_no_other_messages_and_returns_the_same_number()
    {
        var operations = await host.City.Operator();
        await Fail(20);
        await operations.FindIn(Queue, 20);
        var discard = new JsonObject
        {
            ["selection"] = new JsonObject { ["queue"] = Queue },
            ["limit"] = 10,
            ["reason"] = "not needed",
        };

        await Discards(10);
        await host.LoseAnswers(Stop);
        await Discards(10);

        await operations.FindIn(Queue, 10);
        var discarded = await operations.Get($"operations/failed-messages?state=discarded&queue={Queue}&limit=100");
        discarded.Body!["items"]!.AsArray().Count.ShouldBe(10);
        var audit = (await operations.Get("operations/audit")).Body!["items"]!.AsArray();
        audit.Single(entry => entry!["reason"]!.ToString() == "not needed")!["count"]!.GetValue<int>().ShouldBe(10);

        async Task Discards(int count)
        {
            var answer = await operations.Post("operations/failed-messages/discard", discard.DeepClone(), "one-key");
            answer.ShouldBe(HttpStatusCode.OK).Body!["discarded"]!.GetValue<int>().ShouldBe(count);
        }
    }

    Task Fail(int count) => host.Services.Fail(Enumerable.Repeat(Queue, count), Stop);
}
