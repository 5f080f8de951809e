using System.Net;
using System.Text.Json.Nodes;

namespace RideBooking.TestKit.Api;

/// <summary>Tasks and queries of operators over the REST API.</summary>
public static class OperatorsWork
{
    /// <summary>Gets the number of messages in each error and skipped queue that is not empty.</summary>
    public static async Task<Dictionary<string, int>> ErrorQueues(this Person operations) =>
        Counts((await operations.Get("operations/error-queues")).ShouldBe(HttpStatusCode.OK));

    /// <summary>Waits until a queue holds the given number of messages.</summary>
    public static Task FindIn(this Person operations, string queue, int messages) =>
        operations.Until(
            $"{messages} messages in {queue}",
            $"operations/failed-messages?queue={queue}&limit=100",
            answer => answer.Status == HttpStatusCode.OK && answer.Body!["items"]!.AsArray().Count == messages
        );

    /// <summary>Requests a redrive of a queue's messages.</summary>
    /// <returns>The address of the redrive's progress.</returns>
    public static async Task<string> Redrive(
        this Person operations,
        string queue,
        int? ratePerSecond = null,
        bool force = false
    )
    {
        var request = new JsonObject
        {
            ["selection"] = new JsonObject { ["queue"] = queue },
            ["ratePerSecond"] = ratePerSecond,
            ["force"] = force,
            ["reason"] = "fixed",
        };
        var accepted = (await operations.Post("operations/redrives", request)).ShouldBe(HttpStatusCode.Accepted);
        return $"operations/redrives/{accepted.Text("id")}";
    }

    /// <summary>Redrives the messages of every error queue and waits until they are sent.</summary>
    public static async Task RedriveAll(this Person operations)
    {
        foreach (var (queue, count) in await operations.ErrorQueues())
        {
            var done = await operations.Until(
                $"the redrive of {queue}",
                await operations.Redrive(queue),
                redrive => redrive.Text("status") != "running"
            );
            done.Body!["sent"]!.GetValue<int>().ShouldBeGreaterThanOrEqualTo(count, done.Body.ToJsonString());
        }
    }

    /// <summary>Waits until the ride's payment is settled and returns its events from the log.</summary>
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
