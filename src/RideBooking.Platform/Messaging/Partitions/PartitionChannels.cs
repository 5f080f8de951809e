using System.Collections.Concurrent;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using RabbitMQ.Client;

namespace RideBooking.Platform.Messaging.Partitions;

/// <summary>Hands over a host's partitions when it stops or their endpoint is paused, by closing their channels.</summary>
/// <remarks>
/// The bus only cancels a consumer: that consumer keeps its unacknowledged messages while the next host already receives later
/// ones. Closing the channel returns all messages at once, to their original places, so the next host begins with the same
/// message. If this host still finishes some of them, the inbox of the next host drops the duplicates.
/// </remarks>
internal sealed partial class PartitionChannels(ILogger<PartitionChannels> logger) : IHostedService
{
    static readonly TimeSpan s_timeout = TimeSpan.FromSeconds(5);

    readonly ConcurrentDictionary<Uri, IChannel> _channels = [];

    /// <summary>Records the channel on which a queue is consumed.</summary>
    public void InUse(Uri queue, IChannel channel) => _channels[queue] = channel;

    /// <summary>Closes the channels on which these queues are consumed, if there are any.</summary>
    public Task Close(IReadOnlyList<string> queues, CancellationToken cancellationToken) =>
        Task.WhenAll(
            _channels
                .Where(consumed => queues.Contains(consumed.Key.LastPart()))
                .Select(consumed => Close(consumed.Key, consumed.Value, cancellationToken))
        );

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) =>
        Task.WhenAll(_channels.Select(consumed => Close(consumed.Key, consumed.Value, cancellationToken)));

    async Task Close(Uri queue, IChannel channel, CancellationToken cancellationToken)
    {
        try
        {
            await channel.CloseAsync(cancellationToken).WaitAsync(s_timeout, cancellationToken);
        }
        catch (Exception exception)
        {
            // The channel then closes with the connection, at the latest when the process ends.
            LogNotClosed(exception, queue);
        }
    }

    [LoggerMessage(LogLevel.Debug, "The channel of {Queue} could not be closed")]
    partial void LogNotClosed(Exception reason, Uri queue);
}
