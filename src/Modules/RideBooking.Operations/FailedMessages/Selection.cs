using System.Text.Json.Serialization;
using FluentValidation;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using RideBooking.Contracts;
using RideBooking.Contracts.Seams;
using RideBooking.Operations.ErrorQueues;
using RideBooking.Platform.Http.Requests;
using RideBooking.Platform.Messaging;
using RideBooking.Platform.Persistence;

namespace RideBooking.Operations.FailedMessages;

/// <summary>Selects failed messages: by id, or all that match a filter.</summary>
/// <param name="Ids">Up to 1000 ids of failed messages.</param>
/// <param name="Queue">The error or skipped queue in which they were.</param>
/// <param name="Fingerprint">Only those that failed for this reason.</param>
/// <param name="MessageType">Only those of this type.</param>
/// <param name="RideId">Only those of this ride.</param>
/// <param name="RiderId">Only those about this rider.</param>
/// <param name="DriverId">Only those about this driver.</param>
/// <param name="RideStatus">Only those whose ride has this status now.</param>
/// <param name="Text">
/// Only those with this text in the exception's type or message, in the message's type or in its id. Upper and lower case are the
/// same.
/// </param>
/// <param name="FailedAfter">Only those that failed at this time or later.</param>
/// <param name="FailedBefore">Only those that failed before this time.</param>
// If a misspelt filter were ignored, the selection would be everything.
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
internal sealed record Selection(
    IReadOnlyList<string>? Ids = null,
    string? Queue = null,
    string? Fingerprint = null,
    string? MessageType = null,
    Guid? RideId = null,
    string? RiderId = null,
    string? DriverId = null,
    string? RideStatus = null,
    string? Text = null,
    DateTimeOffset? FailedAfter = null,
    DateTimeOffset? FailedBefore = null
)
{
    public const int MaxIds = 1000;
    public const int MaxId = 300;

    /// <summary>Returns those of the messages that are selected.</summary>
    /// <param name="messages">The messages.</param>
    /// <param name="rides">The statuses of rides; null in a host without rides, where no message has a ride with a status.</param>
    public IQueryable<StoredMessage> Of(IQueryable<StoredMessage> messages, IRideStatuses? rides)
    {
        if (Ids is not null)
            messages = messages.Where(row => Ids.Contains(row.Id));
        if (Queue is not null)
            messages = messages.Where(row => row.Queue == Queue);
        if (Fingerprint is not null)
            messages = messages.Where(row => row.Fingerprint == Fingerprint);
        if (MessageType is not null)
            messages = messages.Where(row => row.MessageType == MessageType);
        if (RideId is not null)
            messages = messages.Where(row => row.RideId == RideId);
        if (RiderId is not null)
            messages = messages.Where(row => row.RiderId == RiderId);
        if (DriverId is not null)
            messages = messages.Where(row => row.DriverId == DriverId);
        if (RideStatus is not null)
        {
            var status = Enum.Parse<RideStatus>(RideStatus, ignoreCase: true).ToString();
            messages = rides is null
                ? messages.Where(_ => false)
                : messages.Where(row => rides.All.Any(ride => ride.RideId == row.RideId && ride.Status == status));
        }
        if (FailedAfter?.ToUniversalTime() is { } from)
            messages = messages.Where(row => row.FailedAt >= from);
        if (FailedBefore?.ToUniversalTime() is { } before)
            messages = messages.Where(row => row.FailedAt < before);
#pragma warning disable CA1862 // The database compares, and knows no StringComparison.
        if (Text?.ToLowerInvariant() is { } text)
            messages = messages.Where(row =>
                row.ExceptionMessage!.ToLower().Contains(text)
                || row.ExceptionType!.ToLower().Contains(text)
                || row.MessageType!.ToLower().Contains(text)
                || row.MessageId!.ToLower().Contains(text)
            );
#pragma warning restore CA1862
        return messages;
    }

    /// <summary>The queue that the selection is about; null if it may be about several.</summary>
    [JsonIgnore]
    public string? OneQueue =>
        Queue ?? (Ids?.Select(FailedMessage.QueueOf).Distinct().Take(2).ToList() is [var only] ? only : null);

    /// <summary>Whether it selects by something that messages have in common.</summary>
    [JsonIgnore]
    public bool IsFilter => this with { Ids = null } != new Selection();

    /// <summary>Returns how many of the ids are not among a number of messages; 0 for a filter.</summary>
    public int Missing(int found) => Ids is null ? 0 : Math.Max(0, Ids.Distinct().Count() - found);

    /// <summary>
    /// Returns the problem if the queue is not an error or skipped queue of this application; otherwise null.
    /// </summary>
    /// <remarks>An endpoint of an earlier version may have left messages.</remarks>
    public async Task<ProblemHttpResult?> Unknown(
        ReceiveEndpoints endpoints,
        AppDbContext db,
        CancellationToken cancellationToken
    ) =>
        Queue is null
        || ErrorQueueNames.Of(endpoints).Contains(Queue)
        || await db.Set<StoredMessage>().AnyAsync(row => row.Queue == Queue, cancellationToken)
            ? null
            : OperationsProblems.NoSuchQueue();

    internal sealed class Validator : AbstractValidator<Selection>
    {
        public Validator()
        {
            RuleFor(selection => selection)
                .Must(selection => selection.Ids is null == selection.IsFilter)
                .WithName("ids")
                .WithMessage(
                    "give either ids or a filter: queue, fingerprint, messageType, rideId, riderId, driverId, rideStatus, text, failedAfter, failedBefore"
                );
            RuleFor(selection => selection.Ids)
                .Must(ids => ids is null or { Count: >= 1 and <= MaxIds })
                .WithMessage($"must be 1 to {MaxIds} ids");
            RuleForEach(selection => selection.Ids).NotNull().Text(1, MaxId);
            RuleFor(selection => selection.Queue).Text(1, 255);
            RuleFor(selection => selection.Fingerprint).Text(1, 64);
            RuleFor(selection => selection.MessageType).Text(1, 255);
            RuleFor(selection => selection.RiderId).Text(1, 255);
            RuleFor(selection => selection.DriverId).Text(1, 255);
            RuleFor(selection => selection.RideStatus)
                .Must(status => status is null || RideStatuses.Spellings.Contains(status))
                .WithMessage($"must be one of: {string.Join(", ", RideStatuses.Spellings)}");
            RuleFor(selection => selection.Text).Text(1, 255);
            RuleFor(selection => selection.FailedBefore)
                .Must((selection, before) => !(selection.FailedAfter >= before))
                .WithMessage("must be later than failedAfter");
        }
    }
}

/// <summary>Applies selections to queries.</summary>
internal static class SelectedMessages
{
    /// <summary>
    /// Returns those of the messages that are selected, up to a number of the oldest, for a statement that changes them.
    /// </summary>
    public static IQueryable<StoredMessage> Selected(
        this IQueryable<StoredMessage> messages,
        Selection selection,
        IRideStatuses? rides,
        int? limit
    )
    {
        var selected = selection.Of(messages, rides);
        if (limit is not { } max)
            return selected;
        var oldest = selected.OldestFirst().Take(max).Select(row => row.Id);
        // The condition stays outside, too: it is checked again for rows that another transaction has changed meanwhile.
        return selected.Where(row => oldest.Contains(row.Id));
    }
}
