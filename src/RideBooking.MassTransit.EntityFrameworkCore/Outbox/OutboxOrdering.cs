using Microsoft.EntityFrameworkCore;

namespace MassTransit.EntityFrameworkCoreIntegration;

/// <summary>
/// Numbers messages within their lanes, at the time of their commit. Whatever somebody has seen before he sent a message was
/// committed before it: so its messages are either sent, or still in the outbox, with lower numbers. That holds across
/// processes, and needs neither their clocks nor a sequence in the database.
/// </summary>
static class OutboxOrdering
{
    // SQL Server takes 2100 parameters, and a short list is planned once.
    const int KeysPerStatement = 100;

    /// <summary>Puts messages, unit by unit, behind what waits in their lanes. What one unit sends stands side by side.</summary>
    public static async Task Number(
        DbContext context,
        IReadOnlyCollection<IReadOnlyCollection<OutboxMessage>> units,
        CancellationToken cancellationToken
    )
    {
        if (HaveNoKey(units))
            return;
        var waiting = new Dictionary<string, PendingKey>(StringComparer.Ordinal);
        foreach (var lanes in KeysOf(units).Chunk(KeysPerStatement))
            Add(waiting, await Waiting(context, BusName(units), lanes).ToListAsync(cancellationToken));
        Number(units, waiting);
    }

    /// <inheritdoc cref="Number(DbContext, IReadOnlyCollection{IReadOnlyCollection{OutboxMessage}}, CancellationToken)"/>
    public static void Number(DbContext context, IReadOnlyCollection<IReadOnlyCollection<OutboxMessage>> units)
    {
        if (HaveNoKey(units))
            return;
        var waiting = new Dictionary<string, PendingKey>(StringComparer.Ordinal);
        foreach (var lanes in KeysOf(units).Chunk(KeysPerStatement))
            Add(waiting, [.. Waiting(context, BusName(units), lanes)]);
        Number(units, waiting);
    }

    /// <summary>Those that nothing in their lane has to precede.</summary>
    public static IQueryable<OutboxMessage> WithoutPredecessors(
        this IQueryable<OutboxMessage> messages,
        IQueryable<OutboxMessage> outbox
    ) =>
        messages.Where(message =>
            message.OrderingKey == null
            || !outbox.Any(other =>
                other.OrderingKey == message.OrderingKey
                && other.OrderingNumber < message.OrderingNumber
                && other.BusName == message.BusName
            )
        );

    // Nearly always: order is not kept by default.
    static bool HaveNoKey(IEnumerable<IReadOnlyCollection<OutboxMessage>> units)
    {
        foreach (var unit in units)
        foreach (var message in unit)
            if (message.OrderingKey is not null)
                return false;
        return true;
    }

    static HashSet<string> KeysOf(IEnumerable<IEnumerable<OutboxMessage>> units) =>
        [.. units.SelectMany(unit => unit).Select(message => message.OrderingKey).OfType<string>()];

    // All are of one outbox, which is one bus's.
    static string? BusName(IEnumerable<IEnumerable<OutboxMessage>> units) =>
        units.SelectMany(unit => unit).First().BusName;

    static IQueryable<PendingMessage> Waiting(DbContext context, string? busName, string[] lanes) =>
        context
            .Set<OutboxMessage>()
            .Where(message => message.BusName == busName && lanes.Contains(message.OrderingKey))
            .Select(message => new PendingMessage(message.Id, message.OrderingKey!, message.OrderingNumber));

    static void Add(Dictionary<string, PendingKey> waiting, List<PendingMessage> places)
    {
        foreach (var place in places)
            Of(waiting, place.Lane).Add(place.Id, place.Number);
    }

    static void Number(IEnumerable<IEnumerable<OutboxMessage>> units, Dictionary<string, PendingKey> waiting)
    {
        foreach (var unit in units)
        foreach (
            var together in unit.Where(message => message.OrderingKey is not null)
                .GroupBy(message => message.OrderingKey!)
        )
        {
            var lane = Of(waiting, together.Key);
            var (number, ahead) = (lane.Last + 1, lane.Ids.ToArray());
            foreach (var message in together)
            {
                (message.OrderingNumber, message.Predecessors) = (number, ahead);
                lane.Add(message.Id, number);
            }
        }
    }

    static PendingKey Of(Dictionary<string, PendingKey> waiting, string name) =>
        waiting.TryGetValue(name, out var lane) ? lane : waiting[name] = new PendingKey();

    sealed record PendingMessage(Guid Id, string Lane, long Number);

    sealed class PendingKey
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
