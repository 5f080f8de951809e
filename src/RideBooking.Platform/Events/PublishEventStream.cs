using System.Text.Json;
using Microsoft.AspNetCore.Http.Json;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using RabbitMQ.Client;
using RideBooking.EventLog;
using RideBooking.Platform.Messaging;
using RideBooking.Platform.Persistence;

namespace RideBooking.Platform.Events;

/// <summary>Copies the event log to a RabbitMQ stream queue, for readers in other processes and languages.</summary>
/// <remarks>
/// One host at a time publishes. It continues after the last position in the stream, so a restart or a takeover leaves no gap
/// and no duplicate.
/// </remarks>
internal sealed partial class PublishEventStream(
    EventStreamOptions options,
    TransportOptions transport,
    IServiceScopeFactory scopes,
    LogFollower follower,
    EventStreamLag.Publisher publisher,
    IOptions<JsonOptions> json,
    TimeProvider clock,
    ILogger<PublishEventStream> logger
) : BackgroundService
{
    static readonly TimeSpan s_pause = TimeSpan.FromSeconds(3);

    // The broker takes a silent host for dead after this time, and another host takes over.
    static readonly TimeSpan s_heartbeat = TimeSpan.FromSeconds(10);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await Connect(stoppingToken);
            }
            catch (UnreadableEventException exception)
            {
                LogUnreadable(exception, options.Queue!, exception.Message);
            }
            catch (Exception exception) when (!stoppingToken.IsCancellationRequested)
            {
                LogRetry(exception, options.Queue!);
            }
            catch (OperationCanceledException)
            {
                return;
            }
            await Task.Delay(s_pause, clock, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    async Task Connect(CancellationToken cancellationToken)
    {
        var factory = new ConnectionFactory
        {
            Uri = transport.Broker!,
            AutomaticRecoveryEnabled = false,
            RequestedHeartbeat = s_heartbeat,
            ClientProvidedName = "RideBooking event stream",
        };
        await using var connection = await factory.CreateConnectionAsync(cancellationToken);
        while (connection.IsOpen)
        {
            await using (var queue = await EventStreamQueue.Open(connection, options, cancellationToken))
                if (queue is not null)
                {
                    await Publish(queue, cancellationToken);
                    return;
                }
            await Task.Delay(s_pause, clock, cancellationToken);
        }
    }

    async Task Publish(EventStreamQueue queue, CancellationToken cancellationToken)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(queue.Lost, cancellationToken);
        var last = await queue.Last(clock, either.Token);
        if (last is not null && !await IsInLog(last, either.Token))
            return;
        var position = last?.Position ?? 0;
        LogStart(options.Queue!, position);
        publisher.Position = position;
        try
        {
            await foreach (var batch in follower.Batches(new EventFilter(position), either.Token))
            {
                await queue.Publish(batch, Body, either.Token);
                publisher.Position = batch[^1].Position;
            }
        }
        finally
        {
            publisher.Position = null;
        }
    }

    /// <summary>Whether the log has the event at the same position. If not, the database was restored from a backup.</summary>
    async Task<bool> IsInLog(PublishedEvent last, CancellationToken cancellationToken)
    {
        await using var scope = scopes.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<AppDbContext>();
        if (await db.EventAt(last.Position, cancellationToken) is { } logged && logged.EventId == last.EventId)
            return true;
        LogNotInLog(options.Queue!, last.EventId, last.Position, await db.LastPosition(cancellationToken));
        return false;
    }

    ReadOnlyMemory<byte> Body(LoggedEvent row) =>
        JsonSerializer.SerializeToUtf8Bytes(EventEnvelope.Of(row), json.Value.SerializerOptions);

    [LoggerMessage(
        Level = LogLevel.Information,
        Message = "This host publishes the event log to the stream queue {Queue}, from after position {Position}"
    )]
    partial void LogStart(string queue, long position);

    [LoggerMessage(
        Level = LogLevel.Warning,
        Message = "The event log could not be published to the stream queue {Queue}; this or another host continues in a few seconds"
    )]
    partial void LogRetry(Exception exception, string queue);

    [LoggerMessage(
        Level = LogLevel.Error,
        Message = "The stream queue {Queue} gets no further events: {Reason} It continues automatically when the event can be read"
    )]
    partial void LogUnreadable(Exception exception, string queue, string reason);

    [LoggerMessage(
        Level = LogLevel.Error,
        Message = "The stream queue {Queue} ends with event {EventId} at position {Position}, which the event log does not have there; the log ends at position {End}. The database was restored. Nothing is published. Delete the queue, and it is filled again from the first event"
    )]
    partial void LogNotInLog(string queue, Guid eventId, long position, long end);
}
