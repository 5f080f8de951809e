using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Routing;
using Microsoft.EntityFrameworkCore;
using RideBooking.Contracts;
using RideBooking.Contracts.Seams;
using RideBooking.Operations.ErrorQueues;
using RideBooking.Platform.Http.OpenApi;
using RideBooking.Platform.Http.Problems;
using RideBooking.Platform.Messaging;
using RideBooking.Platform.Persistence;

namespace RideBooking.Operations.FailedMessages;

/// <summary>Groups failed messages by what they have in common, and counts them.</summary>
internal static class ListFailureGroups
{
    const string ByFingerprint = "fingerprint";
    const string ByQueue = "queue";
    const string ByMessageType = "messageType";
    const string ByRideStatus = "rideStatus";

    /// <summary>How many groups are shown. More are not read one by one.</summary>
    const int MaxGroups = 200;

    const int HoursOfHistory = 24;

    /// <summary>What the messages of a group can have in common.</summary>
    public static readonly string[] Groups = [ByFingerprint, ByQueue, ByMessageType, ByRideStatus];

    public static void Map(RouteGroupBuilder operators) =>
        operators
            .MapGet("/operations/failure-groups", Handle)
            .WithSummary("List groups of failed messages, the largest first")
            .WithDescription(
                $"by is one of {string.Join(", ", Groups)}; the default is {ByFingerprint}, the reason of the failure. The filters are those of the list of failed messages. At most {MaxGroups} groups are returned. {MessageFilter.DescriptionOfState}"
            )
            .Refuses(
                StatusCodes.Status404NotFound,
                OperationsProblems.QueueNotFound,
                OperationsProblems.RedriveNotFound
            );

    static async Task<Results<Ok<View>, ProblemHttpResult>> Handle(
        string? by,
        [AsParameters] MessageFilter filter,
        ReceiveEndpoints endpoints,
        [FromServices] IRideStatuses? rides,
        AppDbContext db,
        TimeProvider clock,
        CancellationToken cancellationToken
    )
    {
        by ??= ByFingerprint;
        if (!Groups.Contains(by))
            return Problem.Validation("by", $"must be one of: {string.Join(", ", Groups)}");
        if (await filter.Refuse(endpoints, db, cancellationToken) is { } problem)
            return problem;
        var messages = db.Set<StoredMessage>().AsNoTracking();
        var members = Members(filter.Of(messages, rides), by, rides).GroupBy(member => member.Key);
        // Only groups by the reason need an example. Without one, the database reads an index and not the messages.
        var groups = await (
            by == ByFingerprint
                ? members.Select(group => new Group
                {
                    Key = group.Key,
                    Count = group.Count(),
                    FirstSeen = group.Min(member => member.Message.FailedAt),
                    LastSeen = group.Max(member => member.Message.FailedAt),
                    Example = group.Max(member => member.Message.Id),
                })
                : members.Select(group => new Group
                {
                    Key = group.Key,
                    Count = group.Count(),
                    FirstSeen = group.Min(member => member.Message.FailedAt),
                    LastSeen = group.Max(member => member.Message.FailedAt),
                })
        ).OrderByDescending(group => group.Count).ThenBy(group => group.Key).Take(MaxGroups + 1).ToListAsync(cancellationToken);
        var hour = StoredMessage.HourOf(clock.GetUtcNow());
        var failures = (
            await Members(filter.OfAnyState(messages, rides), by, rides)
                .Where(member => member.Message.FailedHour > hour - HoursOfHistory && member.Message.FailedHour <= hour)
                .GroupBy(member => new { member.Key, member.Message.FailedHour })
                .Select(group => new
                {
                    group.Key.Key,
                    HoursAgo = hour - group.Key.FailedHour,
                    Count = group.Count(),
                })
                .ToListAsync(cancellationToken)
        ).ToLookup(failed => failed.Key);
        // The texts of a failure are those of one message: to compare the long texts of all would take most of the time.
        var examples = groups.Where(group => group.Example is not null).Select(group => group.Example).ToList();
        var described = await messages
            .Where(row => examples.Contains(row.Id))
            .Select(row => new FailureView(
                row.Fingerprint,
                row.Queue,
                FailedMessage.EndpointOf(row.Queue),
                row.MessageType,
                row.ExceptionType,
                row.ExceptionMessage,
                row.TopFrame
            ))
            .ToDictionaryAsync(failure => failure.Fingerprint, cancellationToken);
        var fingerprints = described.Keys.ToList();
        var notes = await db.Set<FailureNote>()
            .Where(note => fingerprints.Contains(note.Fingerprint))
            .ToDictionaryAsync(note => note.Fingerprint, NoteView.Of, cancellationToken);
        return TypedResults.Ok(
            new View(
                [
                    .. groups
                        .Take(MaxGroups)
                        .Select(group => new Item(
                            by == ByRideStatus ? InApi(group.Key) : group.Key,
                            group.Count,
                            group.FirstSeen,
                            group.LastSeen,
                            History(group.Key),
                            group.Key is null ? null : described.GetValueOrDefault(group.Key),
                            group.Key is null ? null : notes.GetValueOrDefault(group.Key)
                        )),
                ],
                groups.Count > MaxGroups
            )
        );

        IReadOnlyList<int> History(string? key)
        {
            var counts = new int[HoursOfHistory];
            foreach (var failed in failures[key])
                counts[^(failed.HoursAgo + 1)] = failed.Count;
            return counts;
        }
    }

    static string? InApi(string? status) => status is null ? null : Enum.Parse<RideStatus>(status).InApi();

    static IQueryable<Member> Members(IQueryable<StoredMessage> messages, string by, IRideStatuses? rides) =>
        by switch
        {
            ByQueue => messages.Select(row => new Member { Key = row.Queue, Message = row }),
            ByMessageType => messages.Select(row => new Member { Key = row.MessageType, Message = row }),
            ByRideStatus when rides is not null => messages.LeftJoin(
                rides.All,
                row => row.RideId,
                ride => (Guid?)ride.RideId,
                (row, ride) => new Member { Key = ride!.Status, Message = row }
            ),
            ByRideStatus => messages.Select(row => new Member { Key = null, Message = row }),
            _ => messages.Select(row => new Member { Key = row.Fingerprint, Message = row }),
        };

    /// <summary>A message and the group that it belongs to.</summary>
    sealed class Member
    {
        public required string? Key { get; init; }

        public required StoredMessage Message { get; init; }
    }

    /// <summary>Messages with the same key, counted.</summary>
    sealed class Group
    {
        public required string? Key { get; init; }

        public required int Count { get; init; }

        public required DateTimeOffset FirstSeen { get; init; }

        public required DateTimeOffset LastSeen { get; init; }

        /// <summary>The id of one of the messages; null unless they are described by one.</summary>
        public string? Example { get; init; }
    }

    /// <param name="Items">The groups, the largest first.</param>
    /// <param name="More">Whether there are more groups.</param>
    internal sealed record View(IReadOnlyList<Item> Items, bool More);

    /// <param name="Key">
    /// The fingerprint, the queue, the type of the messages or the status of their rides; null for messages without one.
    /// </param>
    /// <param name="Count">The number of messages.</param>
    /// <param name="FirstSeen">When the oldest of them failed.</param>
    /// <param name="LastSeen">When the newest of them failed.</param>
    /// <param name="History">
    /// How many messages failed in each of the last 24 hours, the oldest first, whatever became of them. The last number is that of
    /// the present hour.
    /// </param>
    /// <param name="Failure">
    /// What failed; null for groups by anything but the fingerprint, and for a group whose messages were deleted meanwhile.
    /// </param>
    /// <param name="Note">What operators noted about it; null if nothing.</param>
    internal sealed record Item(
        string? Key,
        int Count,
        DateTimeOffset FirstSeen,
        DateTimeOffset LastSeen,
        IReadOnlyList<int> History,
        FailureView? Failure,
        NoteView? Note
    );

    /// <param name="Fingerprint">The same for messages that failed for the same reason.</param>
    /// <param name="Queue">The queue in which the messages were.</param>
    /// <param name="Endpoint">The endpoint at which they failed.</param>
    /// <param name="MessageType">The name of their type.</param>
    /// <param name="ExceptionType">The type of the exception; null for skipped messages.</param>
    /// <param name="ExceptionMessage">The exception's message, taken from one of them.</param>
    /// <param name="TopFrame">The method of a module that was running; null if the stack trace names none.</param>
    internal sealed record FailureView(
        string Fingerprint,
        string Queue,
        string Endpoint,
        string? MessageType,
        string? ExceptionType,
        string? ExceptionMessage,
        string? TopFrame
    );
}
