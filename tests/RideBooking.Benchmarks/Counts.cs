using System.Net.Sockets;
using System.Text.Json;

namespace RideBooking.Benchmarks;

/// <summary>The host's counters so far (see <see cref="StartupHook"/>).</summary>
/// <param name="ProcessId">The host's process id.</param>
/// <param name="Heap">Bytes on the managed heap after the last garbage collection; not a counter, and not subtracted.</param>
/// <param name="Commands">SQL commands, each one round trip, failed ones included.</param>
/// <param name="Commits">Transactions committed by EF Core.</param>
/// <param name="Rollbacks">Transactions rolled back.</param>
/// <param name="Received">Messages received from the transport, including each delivery attempt of the broker.</param>
/// <param name="Failed">Received messages that failed.</param>
/// <param name="Sent">Messages sent and published to the transport.</param>
/// <param name="Details">Each SQL statement and each queue's messages.</param>
sealed record Counts(
    int ProcessId,
    long Heap,
    long Commands,
    long Commits,
    long Rollbacks,
    long Received,
    long Failed,
    long Sent,
    IReadOnlyDictionary<string, long> Details
)
{
    /// <summary>Reads the counters from the host.</summary>
    /// <param name="address">The host's socket.</param>
    /// <param name="collect">True to run a full garbage collection in the host first.</param>
    /// <param name="cancellationToken">Cancels the request.</param>
    public static async Task<Counts> Ask(string address, bool collect, CancellationToken cancellationToken)
    {
        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        await socket.ConnectAsync(new UnixDomainSocketEndPoint(address), cancellationToken);
        await using var stream = new NetworkStream(socket);
        await stream.WriteAsync(new byte[] { collect ? StartupHook.CollectFirst : (byte)0 }, cancellationToken);
        var counts = (
            await JsonSerializer.DeserializeAsync<Dictionary<string, long>>(
                stream,
                cancellationToken: cancellationToken
            )
        )!;
        return new(
            (int)counts["processId"],
            counts["heap"],
            counts["commands"] + counts["failedCommands"],
            counts["commits"],
            counts["rollbacks"],
            counts["received"],
            counts["failedReceives"],
            counts["sent"],
            counts.Where(count => count.Key.Contains(' ')).ToDictionary()
        );
    }

    public static Counts operator -(Counts after, Counts before) =>
        new(
            after.ProcessId,
            after.Heap,
            after.Commands - before.Commands,
            after.Commits - before.Commits,
            after.Rollbacks - before.Rollbacks,
            after.Received - before.Received,
            after.Failed - before.Failed,
            after.Sent - before.Sent,
            after.Details.ToDictionary(
                detail => detail.Key,
                detail => detail.Value - before.Details.GetValueOrDefault(detail.Key)
            )
        );
}
