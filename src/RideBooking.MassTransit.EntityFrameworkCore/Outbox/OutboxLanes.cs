using Microsoft.EntityFrameworkCore;

namespace MassTransit.EntityFrameworkCoreIntegration;

/// <summary>
/// Numbers messages within their lanes, at the time of their commit. Whatever somebody has seen before he sent a message was
/// committed before it: so its messages are either sent, or still in the outbox, with lower numbers. That holds across
/// processes, and needs neither their clocks nor a sequence in the database.
/// </summary>
static class OutboxLanes
{
    // SQL Server takes 2100 parameters, and a short list is planned once.
    const int LanesPerStatement = 100;

    /// <summary>Puts messages, unit by unit, behind what waits in their lanes. What one unit sends stands side by side.</summary>
    public static async Task Number(
        DbContext context,
        IReadOnlyCollection<IReadOnlyCollection<OutboxMessage>> units,
        CancellationToken cancellationToken
    )
    {
        if (HaveNone(units))
            return;
        var waiting = new Dictionary<string, Lane>(StringComparer.Ordinal);
        foreach (var lanes in Lanes(units).Chunk(LanesPerStatement))
            Add(waiting, await Waiting(context, BusName(units), lanes).ToListAsync(cancellationToken));
        Number(units, waiting);
    }

    /// <inheritdoc cref="Number(DbContext, IReadOnlyCollection{IReadOnlyCollection{OutboxMessage}}, CancellationToken)"/>
    public static void Number(DbContext context, IReadOnlyCollection<IReadOnlyCollection<OutboxMessage>> units)
    {
        if (HaveNone(units))
            return;
        var waiting = new Dictionary<string, Lane>(StringComparer.Ordinal);
        foreach (var lanes in Lanes(units).Chunk(LanesPerStatement))
            Add(waiting, [.. Waiting(context, BusName(units), lanes)]);
        Number(units, waiting);
    }

    /// <summary>Those that nothing in their lane has to precede.</summary>
    public static IQueryable<OutboxMessage> WhoseTurnItIs(
        this IQueryable<OutboxMessage> messages,
        IQueryable<OutboxMessage> outbox
    ) =>
        messages.Where(message =>
            message.Lane == null
            || !outbox.Any(other =>
                other.Lane == message.Lane && other.LaneNumber < message.LaneNumber && other.BusName == message.BusName
            )
        );

    // Nearly always: order is not kept by default.
    static bool HaveNone(IEnumerable<IReadOnlyCollection<OutboxMessage>> units)
    {
        foreach (var unit in units)
        foreach (var message in unit)
            if (message.Lane is not null)
                return false;
        return true;
    }

    static HashSet<string> Lanes(IEnumerable<IEnumerable<OutboxMessage>> units) =>
        [.. units.SelectMany(unit => unit).Select(message => message.Lane).OfType<string>()];

    // All are of one outbox, which is one bus's.
    static string? BusName(IEnumerable<IEnumerable<OutboxMessage>> units) =>
        units.SelectMany(unit => unit).First().BusName;

    static IQueryable<Place> Waiting(DbContext context, string? busName, string[] lanes) =>
        context
            .Set<OutboxMessage>()
            .Where(message => message.BusName == busName && lanes.Contains(message.Lane))
            .Select(message => new Place(message.Id, message.Lane!, message.LaneNumber));

    static void Add(Dictionary<string, Lane> waiting, List<Place> places)
    {
        foreach (var place in places)
            Of(waiting, place.Lane).Add(place.Id, place.Number);
    }

    static void Number(IEnumerable<IEnumerable<OutboxMessage>> units, Dictionary<string, Lane> waiting)
    {
        foreach (var unit in units)
        foreach (var together in unit.Where(message => message.Lane is not null).GroupBy(message => message.Lane!))
        {
            var lane = Of(waiting, together.Key);
            var (number, ahead) = (lane.Last + 1, lane.Ids.ToArray());
            foreach (var message in together)
            {
                (message.LaneNumber, message.Ahead) = (number, ahead);
                lane.Add(message.Id, number);
            }
        }
    }

    static Lane Of(Dictionary<string, Lane> waiting, string name) =>
        waiting.TryGetValue(name, out var lane) ? lane : waiting[name] = new Lane();

    sealed record Place(Guid Id, string Lane, long Number);

    sealed class Lane
    {
        public List<Guid> Ids { get; } = [];

        public long Last { get; private set; }

        public void Add(Guid id, long number)
        {
            Ids.Add(id);
            Last = Math.Max(Last, number);
        }
    }
}
