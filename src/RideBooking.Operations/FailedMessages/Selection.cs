using FluentValidation;
using RideBooking.Operations.ErrorQueues;
using RideBooking.Platform.Http;

namespace RideBooking.Operations.FailedMessages;

/// <summary>Which failed messages something is to be done to: ids, or everything in a queue that matches.</summary>
/// <param name="Ids">Up to 1000 ids of failed messages.</param>
/// <param name="Queue">The error or skipped queue.</param>
/// <param name="Fingerprint">Only those that failed for this reason.</param>
/// <param name="MessageType">Only those of this type.</param>
/// <param name="RideId">Only those of this ride.</param>
internal sealed record Selection(
    IReadOnlyList<string>? Ids,
    string? Queue,
    string? Fingerprint,
    string? MessageType,
    Guid? RideId
)
{
    public const int MaxIds = 1000;
    public const int MaxReason = 500;

    /// <summary>Finds the messages, oldest first and at most so many: from here on the selection is frozen.</summary>
    public async Task<IReadOnlyList<FailedMessage>> Find(FindFailedMessages find, int most, CancellationToken stop)
    {
        if (Ids is null)
        {
            var filter = new MessageFilter(Queue, Fingerprint, MessageType, RideId);
            return [.. (await find.Find(filter, FindFailedMessages.DepthToSelect, stop)).Found.Take(most)];
        }
        var wanted = Ids.ToHashSet();
        List<FailedMessage> found = [];
        foreach (var queue in Ids.Select(FailedMessage.QueueOf).OfType<string>().Distinct())
            found.AddRange(
                (await find.Find(new MessageFilter(queue), FindFailedMessages.DepthToSelect, stop)).Found.Where(
                    message => wanted.Contains(message.Id)
                )
            );
        return [.. found.Take(most)];
    }

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
            RuleForEach(selection => selection.Ids).Text(1, 300);
            RuleFor(selection => selection.Queue).Text(1, 255);
            RuleFor(selection => selection.Fingerprint).Text(1, 64);
            RuleFor(selection => selection.MessageType).Text(1, 255);
        }
    }
}
