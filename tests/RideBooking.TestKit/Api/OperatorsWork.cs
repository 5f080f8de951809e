using System.Net;
using System.Text.Json.Nodes;

namespace RideBooking.Tests.Api;

/// <summary>What operators do and look up, over the REST API.</summary>
public static class OperatorsWork
{
    /// <summary>How many messages lie in each error and skipped queue that holds any.</summary>
    public static async Task<Dictionary<string, int>> ErrorQueues(this Person operations) =>
        Counts((await operations.Get("operations/error-queues")).ShouldBe(HttpStatusCode.OK));

    /// <summary>Waits until so many messages lie in a queue.</summary>
    public static Task FindIn(this Person operations, string queue, int messages) =>
        operations.Until(
            $"{messages} messages in {queue}",
            $"operations/failed-messages?queue={queue}&limit=100",
            answer => answer.Status == HttpStatusCode.OK && answer.Body!["items"]!.AsArray().Count == messages
        );

    /// <summary>Asks for a queue's messages to be sent back.</summary>
    /// <returns>Where the redrive can be looked at.</returns>
    public static async Task<string> SendBack(this Person operations, string queue, int? ratePerSecond = null)
    {
        var request = new JsonObject
        {
            ["selection"] = new JsonObject { ["queue"] = queue },
            ["ratePerSecond"] = ratePerSecond,
            ["reason"] = "mended",
        };
        var accepted = (await operations.Post("operations/redrives", request)).ShouldBe(HttpStatusCode.Accepted);
        return $"operations/redrives/{accepted.Text("id")}";
    }

    /// <summary>Sends back whatever lies in any error queue, and waits until it is sent.</summary>
    public static async Task SendBackEverything(this Person operations)
    {
        foreach (var (queue, count) in await operations.ErrorQueues())
        {
            var done = await operations.Until(
                $"the redrive of {queue}",
                await operations.SendBack(queue),
                redrive => redrive.Text("status") != "running"
            );
            done.Body!["sent"]!.GetValue<int>().ShouldBeGreaterThanOrEqualTo(count, done.Body.ToJsonString());
        }
    }

    /// <summary>What the log says of the ride's money, once everything is settled.</summary>
    public static async Task WasPaidOnce(this Person operations, string rideId)
    {
        var history = await operations.Until(
            $"the receipt of ride {rideId}",
            $"rides/{rideId}/history",
            answer => answer.Status == HttpStatusCode.OK && Types(answer).Contains("ReceiptIssued")
        );
        var types = Types(history);
        foreach (
            var once in new[] { "RideRequested", "RideCompleted", "FareFinalized", "PaymentCaptured", "ReceiptIssued" }
        )
            types.Count(type => type == once).ShouldBe(1, $"{once} of {rideId} in {string.Join(", ", types)}");
    }

    static Dictionary<string, int> Counts(Answer queues) =>
        queues.Body!["items"]!
            .AsArray()
            .ToDictionary(item => item!["queue"]!.ToString(), item => item!["count"]!.GetValue<int>());

    static List<string> Types(Answer history) =>
        [
            .. (history.Body as JsonArray ?? history.Body!["items"]!.AsArray()).Select(e =>
                e!["event_type"]!.GetValue<string>()
            ),
        ];
}
