using System.Runtime.CompilerServices;
using Microsoft.Extensions.DependencyInjection;
using RideBooking.EventLog;
using RideBooking.Platform.Persistence;

namespace RideBooking.Platform.Events;

/// <summary>
/// The events of one ride or driver as they come. It looks once and then is handed each event when that is numbered; a
/// stream's versions have no gap, and so it knows when it has missed one and must look again. It never numbers events itself:
/// those that await their numbers when it looks are handed to it when they have them.
/// </summary>
public sealed class StreamFollower(IServiceScopeFactory scopes, EventLogSignal signal, TimeProvider clock)
{
    const int Batch = 100;

    /// <summary>Follows the stream's events without end, each once and in order, from the first. Waiting holds no connection.</summary>
    /// <param name="streamId">The ride's or driver's id, as the envelope writes it.</param>
    /// <param name="cancellationToken">Ends it, with <see cref="OperationCanceledException"/>.</param>
    public async IAsyncEnumerable<LoggedEvent> Events(
        string streamId,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        using var listener = signal.Listen(streamId);
        var (filter, version) = (new EventFilter(StreamId: streamId), 0);
        var look = true;
        while (true)
        {
            while (look)
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
                look = found.Count == Batch;
            }

            var heard = await listener.Hear(Timeout.InfiniteTimeSpan, clock, cancellationToken);
            look = heard.Missed;
            foreach (var row in heard.Events.Where(row => row.StreamVersion > version))
            {
                look |= row.StreamVersion != version + 1;
                if (look)
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
