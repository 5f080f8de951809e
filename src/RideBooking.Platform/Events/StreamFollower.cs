using System.Runtime.CompilerServices;
using Microsoft.Extensions.DependencyInjection;
using RideBooking.EventLog;
using RideBooking.Platform.Persistence;

namespace RideBooking.Platform.Events;

/// <summary>Follows the events of one ride or driver as they are numbered.</summary>
/// <remarks>
/// It queries once, and afterwards receives each event when the event is numbered. A stream's versions have no gap, so it
/// detects a missed event and queries again. It never numbers events itself: events that await their numbers during the query
/// are handed to it when they are numbered.
/// </remarks>
public sealed class StreamFollower(IServiceScopeFactory scopes, EventLogSignal signal, TimeProvider clock)
{
    const int Batch = 100;

    /// <summary>
    /// Follows the stream's events without end, each once and in order, from the first. Waiting holds no connection.
    /// </summary>
    /// <param name="streamId">The ride's or driver's id, as the envelope writes it.</param>
    /// <param name="cancellationToken">Ends the enumeration, with <see cref="OperationCanceledException"/>.</param>
    public async IAsyncEnumerable<LoggedEvent> Events(
        string streamId,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        using var listener = signal.Listen(streamId);
        var (filter, version) = (new EventFilter(StreamId: streamId), 0);
        var mustQuery = true;
        while (true)
        {
            while (mustQuery)
            {
                var found = await Read(filter, cancellationToken);
                foreach (var row in found)
                    yield return row;
                if (found.Count > 0)
                    (filter, version) = (
                        filter with
                        {
                            After = found[^1].Position!.Value,
                        },
                        found[^1].StreamVersion!.Value
                    );
                mustQuery = found.Count == Batch;
            }

            var received = await listener.Receive(Timeout.InfiniteTimeSpan, clock, cancellationToken);
            mustQuery = received.Missed;
            foreach (var row in received.Events.Where(row => row.StreamVersion > version))
            {
                mustQuery |= row.StreamVersion != version + 1;
                if (mustQuery)
                    break;
                yield return row;
                (filter, version) = (filter with { After = row.Position!.Value }, row.StreamVersion!.Value);
            }
        }
    }

    async Task<List<LoggedEvent>> Read(EventFilter filter, CancellationToken cancellationToken)
    {
        await using var scope = scopes.CreateAsyncScope();
        return await scope
            .ServiceProvider.GetRequiredService<AppDbContext>()
            .ReadNumbered(filter, Batch, cancellationToken);
    }
}
