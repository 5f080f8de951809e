using Microsoft.EntityFrameworkCore;
using RideBooking.Operations.FailedMessages;
using RideBooking.Platform.Persistence;

namespace RideBooking.Operations.Redrives;

/// <summary>What became of the messages that a redrive has sent: how many of each outcome.</summary>
/// <param name="Pending">Not handled yet: they wait in their queue or for a redelivery.</param>
/// <param name="Consumed">Handled by their consumer.</param>
/// <param name="Ignored">Handled by their consumer, which had nothing to change or to send.</param>
/// <param name="Deduplicated">Handled before the redrive; the inbox has dropped them.</param>
/// <param name="FailedAgain">Failed messages again.</param>
/// <param name="Untracked">Sent to a consumer that keeps no record, or without a message id.</param>
/// <param name="Unknown">Without a sign for longer than retries and redeliveries take.</param>
internal sealed record RedriveOutcomes(
    int Pending,
    int Consumed,
    int Ignored,
    int Deduplicated,
    int FailedAgain,
    int Untracked,
    int Unknown
)
{
    public static readonly RedriveOutcomes None = new(0, 0, 0, 0, 0, 0, 0);

    /// <summary>Counts the outcomes of several redrives with one query.</summary>
    public static async Task<IReadOnlyDictionary<Guid, RedriveOutcomes>> Of(
        AppDbContext db,
        IReadOnlyCollection<Guid> redrives,
        CancellationToken cancellationToken
    )
    {
        var counts = await db.Set<StoredMessage>()
            .Where(row => row.RedriveId != null && redrives.Contains(row.RedriveId.Value) && row.Outcome != null)
            .GroupBy(row => new { row.RedriveId, row.Outcome })
            .Select(group => new
            {
                group.Key.RedriveId,
                group.Key.Outcome,
                Count = group.Count(),
            })
            .ToListAsync(cancellationToken);
        return redrives.ToDictionary(
            id => id,
            id =>
            {
                var mine = counts.Where(row => row.RedriveId == id).ToDictionary(row => row.Outcome!, row => row.Count);
                return new RedriveOutcomes(
                    mine.GetValueOrDefault(Outcomes.Pending),
                    mine.GetValueOrDefault(Outcomes.Consumed),
                    mine.GetValueOrDefault(Outcomes.Ignored),
                    mine.GetValueOrDefault(Outcomes.Deduplicated),
                    mine.GetValueOrDefault(Outcomes.FailedAgain),
                    mine.GetValueOrDefault(Outcomes.Untracked),
                    mine.GetValueOrDefault(Outcomes.Unknown)
                );
            }
        );
    }

    /// <inheritdoc cref="Of(AppDbContext, IReadOnlyCollection{Guid}, CancellationToken)"/>
    public static async Task<RedriveOutcomes> Of(AppDbContext db, Guid redrive, CancellationToken cancellationToken) =>
        (await Of(db, [redrive], cancellationToken))[redrive];
}
