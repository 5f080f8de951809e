using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using RideBooking.Platform.Messaging;

namespace RideBooking.Operations.ErrorQueues;

/// <summary>The error and skipped queues at a glance.</summary>
internal static class ListErrorQueues
{
    const int Sample = 200;
    const int MaxFingerprints = 5;

    public static void Map(RouteGroupBuilder operators) =>
        operators
            .MapGet("/operations/error-queues", Handle)
            .WithSummary("List error and skipped queues that hold messages")
            .WithDescription(
                $"With ?all=true also those that hold none. What failed is counted over the oldest {Sample} messages of a queue; sampled says whether there are more."
            );

    static async Task<Ok<View>> Handle(
        IErrorQueues queues,
        FindFailedMessages find,
        TimeProvider clock,
        CancellationToken cancellationToken,
        bool all = false
    )
    {
        List<Item> items = [];
        foreach (var queue in find.Queues)
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

    /// <param name="Items">The queues, by name.</param>
    internal sealed record View(IReadOnlyList<Item> Items);

    /// <param name="Queue">The queue.</param>
    /// <param name="Endpoint">The queue whose messages lie in it.</param>
    /// <param name="Kind"><c>error</c>: they failed; <c>skipped</c>: nobody consumes their type there.</param>
    /// <param name="Count">How many lie in it.</param>
    /// <param name="Oldest">When the oldest failed.</param>
    /// <param name="OldestAgeSeconds">How long ago that is.</param>
    /// <param name="TopFingerprints">What failed most often.</param>
    /// <param name="Sampled">Whether the fingerprints were counted over a part only.</param>
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
    /// <param name="ExceptionType">What was thrown.</param>
    /// <param name="ExceptionMessage">What it said, of one of them.</param>
    /// <param name="MessageType">The message's name.</param>
    /// <param name="Count">How many.</param>
    internal sealed record Reason(
        string Fingerprint,
        string? ExceptionType,
        string? ExceptionMessage,
        string? MessageType,
        int Count
    );
}
