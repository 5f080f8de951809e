using System.Text.Json.Serialization;
using FluentValidation;
using Microsoft.AspNetCore.Http.HttpResults;
using RideBooking.Operations.ErrorQueues;
using RideBooking.Platform.Http.Requests;

namespace RideBooking.Operations.FailedMessages;

/// <summary>Selects failed messages: by id, or all messages of a queue that match a filter.</summary>
/// <param name="Ids">Up to 1000 ids of failed messages.</param>
/// <param name="Queue">The error or skipped queue.</param>
/// <param name="Fingerprint">Only those that failed for this reason.</param>
/// <param name="MessageType">Only those of this type.</param>
/// <param name="RideId">Only those of this ride.</param>
// If a misspelt filter were ignored, the selection would be the whole queue.
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
internal sealed record Selection(
    IReadOnlyList<string>? Ids,
    string? Queue,
    string? Fingerprint,
    string? MessageType,
    Guid? RideId
)
{
    public const int MaxIds = 1000;
    public const int MaxId = 300;

    /// <summary>Finds the matching messages, oldest first, up to the limit. From then on the selection is frozen.</summary>
    public async Task<Selected> Find(FailedMessageSearch search, int limit, CancellationToken cancellationToken)
    {
        var wanted = Ids?.ToHashSet();
        // A queue may hold a message twice. It counts once. Of a long queue, only the needed messages stay in memory.
        var found = new Dictionary<string, SelectedMessage>();
        var shown = new PriorityQueue<FailedMessage, (DateTimeOffset, string)>(
            Comparer<(DateTimeOffset, string)>.Create((one, other) => other.CompareTo(one))
        );
        if (wanted is null)
            await Search(new FailedMessageFilter(Queue, Fingerprint, MessageType, RideId));
        else
            foreach (var queue in wanted.Select(FailedMessage.QueueOf).OfType<string>().Distinct())
                await Search(new FailedMessageFilter(queue));
        wanted?.ExceptWith(found.Keys);
        return new Selected(
            [.. found.Values.OrderBy(message => message.Key).Take(limit)],
            [.. shown.UnorderedItems.OrderBy(item => item.Priority).Select(item => item.Element).Take(limit)],
            found.Count,
            wanted?.Count ?? 0
        );

        Task Search(FailedMessageFilter filter) =>
            search.Peek(filter, FailedMessageSearch.DepthToSelect, Add, cancellationToken);

        void Add(FailedMessage message)
        {
            if (wanted?.Contains(message.Id) == false || !found.TryAdd(message.Id, SelectedMessage.Of(message)))
                return;
            shown.Enqueue(message, FailedMessageSearch.Key(message));
            if (shown.Count > Selected.MaxShown)
                shown.Dequeue();
        }
    }

    /// <summary>
    /// Returns the problem if the queue is not an error or skipped queue of this application; otherwise null.
    /// </summary>
    public ProblemHttpResult? Unknown(FailedMessageSearch search) => Queue is null ? null : UnknownQueue(search, Queue);

    /// <inheritdoc cref="Unknown" />
    public static ProblemHttpResult? UnknownQueue(FailedMessageSearch search, string queue) =>
        search.Queues.Contains(queue) ? null : OperationsProblems.NoSuchQueue();

    internal sealed class Validator : AbstractValidator<Selection>
    {
        public Validator()
        {
            RuleFor(selection => selection)
                .Must(selection => selection.Ids is null != selection.Queue is null)
                .WithName("ids")
                .WithMessage("give either ids or a queue");
            RuleFor(selection => selection.Ids)
                .Must(ids => ids is null or { Count: >= 1 and <= MaxIds })
                .WithMessage($"must be 1 to {MaxIds} ids");
            RuleForEach(selection => selection.Ids).NotNull().Text(1, MaxId);
            // If a given filter were silently ignored, the request would affect more messages than intended.
            RuleFor(selection => selection)
                .Must(selection => selection is { Ids: null } or { Fingerprint: null, MessageType: null, RideId: null })
                .WithName("ids")
                .WithMessage("fingerprint, messageType and rideId filter the messages of a queue, not ids");
            RuleFor(selection => selection.Queue).Text(1, 255);
            RuleFor(selection => selection.Fingerprint).Text(1, 64);
            RuleFor(selection => selection.MessageType).Text(1, 255);
        }
    }
}

/// <summary>A selected message, without its body.</summary>
internal sealed record SelectedMessage(
    string Id,
    string Queue,
    string? MessageId,
    Guid? RideId,
    (DateTimeOffset FailedAt, string Id) Key
)
{
    public static SelectedMessage Of(FailedMessage message) =>
        new(message.Id, message.Queue, message.MessageId, message.RideId, FailedMessageSearch.Key(message));
}

/// <summary>The messages that a selection contains at this moment.</summary>
/// <param name="Messages">The messages, oldest first.</param>
/// <param name="Shown">The first of the messages.</param>
/// <param name="Matching">How many messages match, regardless of the limit.</param>
/// <param name="Missing">How many ids match no failed message.</param>
internal sealed record Selected(
    IReadOnlyList<SelectedMessage> Messages,
    IReadOnlyList<FailedMessage> Shown,
    int Matching,
    int Missing
)
{
    public const int MaxShown = 100;

    public IReadOnlyCollection<string> Queues => [.. Messages.Select(message => message.Queue).Distinct()];

    public Plan Plan(TimeProvider clock) =>
        new(Messages.Count, Matching, Missing, [.. Shown.Select(message => MessageView.Of(message, clock))]);
}

/// <summary>The response to a dry run: the plan. Nothing has been done.</summary>
/// <param name="Count">How many messages would be affected.</param>
/// <param name="Matching">How many messages match the selection, regardless of the limit.</param>
/// <param name="NotFound">How many ids match no failed message.</param>
/// <param name="Items">The first of the messages.</param>
internal sealed record Plan(int Count, int Matching, int NotFound, IReadOnlyList<MessageView> Items);
