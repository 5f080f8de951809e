using System.Collections.Concurrent;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using RabbitMQ.Client;

namespace RideBooking.Platform.Messaging.Partitions;

/// <summary>
/// Hands the partitions over when a host stops. A consumer that is cancelled, as the bus does it, keeps what it has in hand
/// while the next host is already given what comes after. Closing its channel gives everything back at once, in its place:
/// the next host begins with the same message. What this one still finishes of it, the inbox of the other drops.
/// </summary>
internal sealed partial class PartitionChannels(ILogger<PartitionChannels> logger) : IHostedService
{
    static readonly TimeSpan s_patience = TimeSpan.FromSeconds(5);

    readonly ConcurrentDictionary<Uri, IChannel> _channels = [];

    /// <summary>Takes note of the channel that a queue is consumed on.</summary>
    public void InUse(Uri queue, IChannel channel) => _channels[queue] = channel;

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) =>
        Task.WhenAll(_channels.Select(consumed => Close(consumed.Key, consumed.Value, cancellationToken)));

    async Task Close(Uri queue, IChannel channel, CancellationToken cancellationToken)
    {
        try
        {
            await channel.CloseAsync(cancellationToken).WaitAsync(s_patience, cancellationToken);
        }
        catch (Exception exception)
        {
            // Then it is closed with the connection, at the latest when the process ends.
            LogNotClosed(exception, queue);
        }
    }

    [LoggerMessage(LogLevel.Debug, "The channel of {Queue} could not be closed")]
    partial void LogNotClosed(Exception reason, Uri queue);
}
