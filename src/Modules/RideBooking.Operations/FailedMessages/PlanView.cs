using Microsoft.EntityFrameworkCore;

namespace RideBooking.Operations.FailedMessages;

/// <summary>The response to a dry run: the plan. Nothing has been done.</summary>
/// <param name="Count">How many messages would be affected.</param>
/// <param name="Matching">How many messages match the selection, regardless of the limit.</param>
/// <param name="NotFound">How many ids match no such message.</param>
/// <param name="Quarantined">How many more match, but are left out because they failed again after earlier redrives.</param>
/// <param name="Items">The first of the messages.</param>
internal sealed record PlanView(
    int Count,
    int Matching,
    int NotFound,
    int Quarantined,
    IReadOnlyList<MessageView> Items
)
{
    const int MaxShown = 100;

    public static async Task<PlanView> Of(
        Selection selection,
        IQueryable<StoredMessage> matching,
        int? limit,
        DateTimeOffset now,
        CancellationToken cancellationToken,
        int quarantined = 0
    )
    {
        var count = await matching.CountAsync(cancellationToken);
        var affected = Math.Min(count, limit ?? count);
        var first = await matching
            .OldestFirst()
            .Take(Math.Min(affected, MaxShown))
            .Select(MessageView.Columns)
            .ToListAsync(cancellationToken);
        return new(
            affected,
            count,
            selection.Missing(count + quarantined),
            quarantined,
            first.ConvertAll(row => MessageView.Of(row, now))
        );
    }
}
