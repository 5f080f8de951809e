using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using RideBooking.Platform.Messaging;

namespace RideBooking.Operations.ErrorQueues;

/// <summary>Lists the error and skipped queues with their most frequent failures.</summary>
internal static class ListErrorQueues
{
    const int Sample = 200;
    const int MaxFingerprints = 5;

    public static void Map(RouteGroupBuilder operators) =>
        operators
            .MapGet("/operations/error-queues", Handle)
            .WithSummary("List error and skipped queues that hold messages")
            .WithDescription(
                $"With ?all=true, empty queues are listed, too. Fingerprints are counted over the oldest {Sample} messages of each queue; sampled says whether the queue holds more."
            );

    static async Task<Ok<View>> Handle(
        IErrorQueues queues,
        FailedMessageSearch search,
        TimeProvider clock,
        CancellationToken cancellationToken,
        bool all = false
    )
    {
        List<Item> items = [];
        foreach (var queue in search.Queues)
        {
            var count = await queues.Count(queue, cancellationToken);
            if (count > 0 || all)
                items.Add(
                    Describe(queue, count, count > 0 ? await queues.Peek(queue, Sample, cancellationToken) : [], clock)
                );
        }
        return TypedResults.Ok(new View(items));
    }

    static Item Describe(string queue, int count, IReadOnlyList<FailedMessage> oldest, TimeProvider clock)
    {
        var since = oldest.Min(message => message.FailedAt);
        return new Item(
            queue,
            FailedMessage.EndpointOf(queue),
            queue.EndsWith(ReceiveEndpoints.SkippedSuffix, StringComparison.Ordinal) ? "skipped" : "error",
            count,
            since,
            (clock.GetUtcNow() - since)?.TotalSeconds,
            [
                .. oldest
                    .GroupBy(message => message.Fingerprint)
                    .OrderByDescending(same => same.Count())
                    .Take(MaxFingerprints)
                    .Select(same => new Reason(
                        same.Key,
                        same.First().ExceptionType,
                        same.First().ExceptionMessage,
                        same.First().MessageType,
                        same.Count()
                    )),
            ],
            count > oldest.Count
        );
    }

    /// <param name="Items">The queues, ordered by name.</param>
    internal sealed record View(IReadOnlyList<Item> Items);

    /// <param name="Queue">The queue.</param>
    /// <param name="Endpoint">The endpoint whose messages the queue holds.</param>
    /// <param name="Kind"><c>error</c>: the messages failed; <c>skipped</c>: the endpoint has no consumer for their type.</param>
    /// <param name="Count">The number of messages in the queue.</param>
    /// <param name="Oldest">When the oldest message failed.</param>
    /// <param name="OldestAgeSeconds">How long ago the oldest message failed, in seconds.</param>
    /// <param name="TopFingerprints">The most frequent failures.</param>
    /// <param name="Sampled">Whether the fingerprints were counted over the oldest messages only.</param>
    internal sealed record Item(
        string Queue,
        string Endpoint,
        string Kind,
        int Count,
        DateTimeOffset? Oldest,
        double? OldestAgeSeconds,
        IReadOnlyList<Reason> TopFingerprints,
        bool Sampled
    );

    /// <param name="Fingerprint">The same for messages that failed for the same reason.</param>
    /// <param name="ExceptionType">The type of the exception.</param>
    /// <param name="ExceptionMessage">The exception's message, taken from one of the failed messages.</param>
    /// <param name="MessageType">The name of the message type.</param>
    /// <param name="Count">The number of messages.</param>
    internal sealed record Reason(
        string Fingerprint,
        string? ExceptionType,
        string? ExceptionMessage,
        string? MessageType,
        int Count
    );
}
