using RideBooking.Platform.Messaging;

namespace RideBooking.Operations.ErrorQueues;

/// <summary>Searches the error and skipped queues.</summary>
internal sealed class FailedMessageSearch(IErrorQueues queues, ReceiveEndpoints endpoints)
{
    /// <summary>How many messages of a queue a list reads.</summary>
    public const int Depth = 1000;

    /// <summary>How many messages of a queue a redrive or a discard searches for its selection.</summary>
    public const int DepthToSelect = 20_000;

    /// <summary>Every queue that may hold failed messages of this application.</summary>
    public IReadOnlyList<string> Queues => QueuesOf(endpoints);

    public static IReadOnlyList<string> QueuesOf(ReceiveEndpoints endpoints) =>
        [
            .. endpoints.Names.SelectMany(name =>
                new[] { name + ReceiveEndpoints.ErrorSuffix, name + ReceiveEndpoints.SkippedSuffix }
            ),
        ];

    /// <summary>Returns the matching messages, oldest first, and whether a queue held more messages than were read.</summary>
    public async Task<(IReadOnlyList<FailedMessage> Found, bool Truncated)> Find(
        FailedMessageFilter filter,
        int depth,
        CancellationToken cancellationToken
    )
    {
        List<FailedMessage> found = [];
        var truncated = await Peek(filter, depth, found.Add, cancellationToken);
        return ([.. found.OrderBy(Key)], truncated);
    }

    /// <summary>
    /// Visits the matching messages one by one, and returns whether a queue held more messages than were read.
    /// </summary>
    public async Task<bool> Peek(
        FailedMessageFilter filter,
        int depth,
        Action<FailedMessage> found,
        CancellationToken cancellationToken
    )
    {
        var truncated = false;
        foreach (var queue in filter.Queue is null ? Queues : Queues.Where(queue => queue == filter.Queue))
        {
            var seen = 0;
            await queues.Peek(
                queue,
                depth,
                message =>
                {
                    seen++;
                    if (filter.Wants(message))
                        found(message);
                },
                cancellationToken
            );
            truncated |= seen == depth;
        }
        return truncated;
    }

    /// <summary>Returns the message with an id, while it is in its queue.</summary>
    public async Task<FailedMessage?> Find(string id, CancellationToken cancellationToken)
    {
        if (FailedMessage.QueueOf(id) is not { } queue || !Queues.Contains(queue))
            return null;
        FailedMessage? found = null;
        await queues.Peek(
            queue,
            DepthToSelect,
            message => found = message.Id == id ? message : found,
            cancellationToken
        );
        return found;
    }

    /// <summary>The order of messages in lists.</summary>
    public static (DateTimeOffset FailedAt, string Id) Key(FailedMessage message) =>
        (message.FailedAt ?? DateTimeOffset.MinValue, message.Id);
}

/// <summary>A filter for failed messages. A null member matches every message.</summary>
internal sealed record FailedMessageFilter(
    string? Queue = null,
    string? Fingerprint = null,
    string? MessageType = null,
    Guid? RideId = null
)
{
    public bool Wants(FailedMessage message) =>
        (Queue is null || message.Queue == Queue)
        && (Fingerprint is null || message.Fingerprint == Fingerprint)
        && (MessageType is null || message.MessageType == MessageType)
        && (RideId is null || message.RideId == RideId);
}
