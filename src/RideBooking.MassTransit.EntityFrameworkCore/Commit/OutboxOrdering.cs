using Microsoft.EntityFrameworkCore;

namespace MassTransit.EntityFrameworkCoreIntegration;

/// <summary>Numbers messages within their ordering key when they are committed.</summary>
/// <remarks>
/// If the sender of a message had seen an earlier change, that change was committed before: its messages are either sent, or
/// still in the outbox with lower numbers. This holds across processes, and needs neither their clocks nor a sequence in the
/// database.
/// </remarks>
static class OutboxOrdering
{
    // SQL Server allows 2100 parameters, and a short list is planned only once.
    const int KeysPerStatement = 100;

    /// <summary>
    /// Numbers messages, unit by unit, after the pending messages with the same ordering key. Messages of one unit share a
    /// number.
    /// </summary>
    public static async Task Number(
        DbContext context,
        IReadOnlyCollection<IReadOnlyCollection<OutboxMessage>> units,
        CancellationToken cancellationToken
    )
    {
        if (AreUnordered(units))
            return;
        var waiting = new Dictionary<string, PendingKey>(StringComparer.Ordinal);
        foreach (var keys in KeysOf(units).Chunk(KeysPerStatement))
            Add(waiting, await Waiting(context, BusName(units), keys).ToListAsync(cancellationToken));
        Number(units, waiting);
    }

    /// <inheritdoc cref="Number(DbContext, IReadOnlyCollection{IReadOnlyCollection{OutboxMessage}}, CancellationToken)"/>
    public static void Number(DbContext context, IReadOnlyCollection<IReadOnlyCollection<OutboxMessage>> units)
    {
        if (AreUnordered(units))
            return;
        var waiting = new Dictionary<string, PendingKey>(StringComparer.Ordinal);
        foreach (var keys in KeysOf(units).Chunk(KeysPerStatement))
            Add(waiting, [.. Waiting(context, BusName(units), keys)]);
        Number(units, waiting);
    }

    /// <summary>Filters the messages that have no predecessors in the outbox.</summary>
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

    // The usual case: order is not kept by default.
    static bool AreUnordered(IEnumerable<IReadOnlyCollection<OutboxMessage>> units)
    {
        foreach (var unit in units)
        foreach (var message in unit)
            if (message.OrderingKey is not null)
                return false;
        return true;
    }

    static HashSet<string> KeysOf(IEnumerable<IEnumerable<OutboxMessage>> units) =>
        [.. units.SelectMany(unit => unit).Select(message => message.OrderingKey).OfType<string>()];

    // All messages are in one outbox, which belongs to one bus.
    static string? BusName(IEnumerable<IEnumerable<OutboxMessage>> units) =>
        units.SelectMany(unit => unit).First().BusName;

    static IQueryable<PendingMessage> Waiting(DbContext context, string? busName, string[] keys) =>
        context
            .Set<OutboxMessage>()
            .Where(message => message.BusName == busName && keys.Contains(message.OrderingKey))
            .Select(message => new PendingMessage(message.Id, message.OrderingKey!, message.OrderingNumber));

    static void Add(Dictionary<string, PendingKey> waiting, List<PendingMessage> found)
    {
        foreach (var message in found)
            Of(waiting, message.Key).Add(message.Id, message.Number);
    }

    static void Number(IEnumerable<IEnumerable<OutboxMessage>> units, Dictionary<string, PendingKey> waiting)
    {
        foreach (var unit in units)
        foreach (
            var together in unit.Where(message => message.OrderingKey is not null)
                .GroupBy(message => message.OrderingKey!)
        )
        {
            var key = Of(waiting, together.Key);
            var (number, predecessors) = (key.Last + 1, key.Ids.ToArray());
            foreach (var message in together)
            {
                (message.OrderingNumber, message.Predecessors) = (number, predecessors);
                key.Add(message.Id, number);
            }
        }
    }

    static PendingKey Of(Dictionary<string, PendingKey> waiting, string name) =>
        waiting.TryGetValue(name, out var key) ? key : waiting[name] = new PendingKey();

    sealed record PendingMessage(Guid Id, string Key, long Number);

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
