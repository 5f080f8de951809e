using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Microsoft.EntityFrameworkCore;
using RideBooking.Operations.FailedMessages;
using RideBooking.Platform.Messaging;
using RideBooking.Platform.Persistence;

namespace RideBooking.Operations.ErrorQueues;

/// <summary>Lists the error and skipped queues with their most frequent failures.</summary>
internal static class ListErrorQueues
{
    const int MaxFingerprints = 5;

    public static void Map(RouteGroupBuilder operators) =>
        operators
            .MapGet("/operations/error-queues", Handle)
            .WithSummary("List error and skipped queues with failed messages")
            .WithDescription(
                $"Counts the messages that wait for an operator, and the {MaxFingerprints} most frequent failures of each queue. With ?all=true, queues without such messages are listed, too."
            );

    static async Task<Ok<View>> Handle(
        bool? all,
        ReceiveEndpoints endpoints,
        AppDbContext db,
        TimeProvider clock,
        CancellationToken cancellationToken
    )
    {
        // A group may have any number of failures: the database counts them.
        var groups = await db.Set<StoredMessage>()
            .Where(row => row.Status == StoredMessage.Failed)
            .GroupBy(row => new { row.Queue, row.Fingerprint })
            .Select(group => new
            {
                group.Key.Queue,
                group.Key.Fingerprint,
                Count = group.Count(),
                Oldest = group.Min(row => row.FailedAt),
                Newest = group.Max(row => row.FailedAt),
                Example = group.Max(row => row.Id)!,
            })
            .ToListAsync(cancellationToken);
        var queues = groups.ToLookup(group => group.Queue);
        var shown = queues.ToDictionary(
            queue => queue.Key,
            queue =>
                queue
                    .OrderByDescending(group => group.Count)
                    .ThenBy(group => group.Fingerprint, StringComparer.Ordinal)
                    .Take(MaxFingerprints)
                    .ToList()
        );
        // The texts of a failure are those of one message: to compare the long texts of all would take most of the time.
        var examples = shown.Values.SelectMany(failures => failures).Select(failure => failure.Example).ToList();
        var texts = await db.Set<StoredMessage>()
            .Where(row => examples.Contains(row.Id))
            .Select(row => new
            {
                row.Id,
                row.ExceptionType,
                row.ExceptionMessage,
                row.MessageType,
            })
            .ToDictionaryAsync(row => row.Id, cancellationToken);
        var now = clock.GetUtcNow();
        var names = queues.Select(queue => queue.Key);
        if (all == true)
            names = names.Union(ErrorQueueNames.Of(endpoints));
        return TypedResults.Ok(
            new View([
                .. names
                    .Order(StringComparer.Ordinal)
                    .Select(name =>
                    {
                        var failures = queues[name].ToList();
                        DateTimeOffset? oldest = failures.Count > 0 ? failures.Min(group => group.Oldest) : null;
                        return new Item(
                            name,
                            FailedMessage.EndpointOf(name),
                            name.EndsWith(ReceiveEndpoints.SkippedSuffix, StringComparison.Ordinal)
                                ? "skipped"
                                : "error",
                            failures.Sum(group => group.Count),
                            oldest,
                            (now - oldest)?.TotalSeconds,
                            [
                                .. shown
                                    .GetValueOrDefault(name, [])
                                    .Select(group =>
                                    {
                                        var text = texts.GetValueOrDefault(group.Example);
                                        return new Failure(
                                            group.Fingerprint,
                                            text?.ExceptionType,
                                            text?.ExceptionMessage,
                                            text?.MessageType,
                                            group.Count,
                                            group.Oldest,
                                            group.Newest
                                        );
                                    }),
                            ]
                        );
                    }),
            ])
        );
    }

    /// <param name="Items">The queues, ordered by name.</param>
    internal sealed record View(IReadOnlyList<Item> Items);

    /// <param name="Queue">The queue.</param>
    /// <param name="Endpoint">The endpoint whose messages the queue holds.</param>
    /// <param name="Kind"><c>error</c>: the messages failed; <c>skipped</c>: the endpoint has no consumer for their type.</param>
    /// <param name="Count">The number of messages that wait for an operator.</param>
    /// <param name="Oldest">When the oldest message failed.</param>
    /// <param name="OldestAgeSeconds">How long ago the oldest message failed, in seconds.</param>
    /// <param name="TopFingerprints">The most frequent failures.</param>
    internal sealed record Item(
        string Queue,
        string Endpoint,
        string Kind,
        int Count,
        DateTimeOffset? Oldest,
        double? OldestAgeSeconds,
        IReadOnlyList<Failure> TopFingerprints
    );

    /// <param name="Fingerprint">The same for messages that failed for the same reason.</param>
    /// <param name="ExceptionType">The type of the exception.</param>
    /// <param name="ExceptionMessage">The exception's message, taken from one of the failed messages.</param>
    /// <param name="MessageType">The name of the message type.</param>
    /// <param name="Count">The number of messages.</param>
    /// <param name="FirstSeen">When the oldest of them failed.</param>
    /// <param name="LastSeen">When the newest of them failed.</param>
    internal sealed record Failure(
        string Fingerprint,
        string? ExceptionType,
        string? ExceptionMessage,
        string? MessageType,
        int Count,
        DateTimeOffset FirstSeen,
        DateTimeOffset LastSeen
    );
}
