using System.Text.Json;

namespace RideBooking.Operations.Audits;

/// <summary>The progress and the result of an audit.</summary>
/// <param name="Id">The audit's id.</param>
/// <param name="Status"><c>running</c>, <c>completed</c> or <c>cancelled</c>.</param>
/// <param name="Position">The position up to which the event log was verified.</param>
/// <param name="LastPosition">The last position of the log when the audit began.</param>
/// <param name="Rides">How many rides were compared with their events.</param>
/// <param name="DeviationCount">How many deviations were found.</param>
/// <param name="Deviations">The first thousand of them.</param>
/// <param name="RequestedBy">Who requested it.</param>
/// <param name="RequestedAt">When it was requested.</param>
/// <param name="FinishedAt">When it ended.</param>
internal sealed record AuditView(
    Guid Id,
    string Status,
    long Position,
    long LastPosition,
    int Rides,
    int DeviationCount,
    IReadOnlyList<AuditView.Deviation> Deviations,
    string RequestedBy,
    DateTimeOffset RequestedAt,
    DateTimeOffset? FinishedAt
)
{
    public const int MaxDeviations = 1000;

    /// <param name="RideId">The ride, if it deviates from its events.</param>
    /// <param name="Position">The position in the event log, if the log deviates.</param>
    /// <param name="EventId">The event there; null for a missing one.</param>
    /// <param name="StreamId">The event's stream.</param>
    /// <param name="Field">
    /// The ride's field, such as <c>payment.status</c>. In the log: <c>position</c>, <c>streamVersion</c>,
    /// <c>version</c>, <c>hash</c> or <c>archive</c>.
    /// </param>
    /// <param name="Expected">The value by the events, as JSON; the position, version or hash that belongs there.</param>
    /// <param name="Actual">The ride's value, as JSON; the position, version or hash that is there.</param>
    internal sealed record Deviation(
        Guid? RideId,
        long? Position,
        Guid? EventId,
        string? StreamId,
        string Field,
        string? Expected,
        string? Actual
    );

    public static AuditView Of(Audit audit) =>
        new(
            audit.Id,
            audit.Status,
            audit.Position,
            audit.LastPosition,
            audit.Rides,
            audit.DeviationCount,
            JsonSerializer.Deserialize<Deviation[]>(audit.Deviations, JsonSerializerOptions.Web) ?? [],
            audit.RequestedBy,
            audit.RequestedAt,
            audit.FinishedAt
        );
}
