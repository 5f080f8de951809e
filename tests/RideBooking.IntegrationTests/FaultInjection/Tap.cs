using System.Collections.Concurrent;
using RabbitMQ.Client;
using RabbitMQ.Client.Events;

namespace RideBooking.IntegrationTests.FaultInjection;

/// <summary>A message as it entered a queue.</summary>
sealed record Tapped(string Queue, Guid Id, BasicProperties Properties, byte[] Body);

/// <summary>Sits between every endpoint's exchange and its queue: records the messages and may deliver them differently.</summary>
sealed class Tap
{
    const string Name = "tap";
    static readonly TimeSpan s_quiet = TimeSpan.FromSeconds(1);

    readonly ServersScene _scene;
    readonly IConnection _connection;
    readonly IChannel _channel;
    readonly string[] _queues;
    readonly ConcurrentQueue<Tapped> _seen = new();
    readonly Lock _lock = new();
    Task _sending = Task.CompletedTask;
    Func<Tapped, Task>? _deliver;
    long _last = Environment.TickCount64;
    int _pending;

    Tap(ServersScene scene, IConnection connection, IChannel channel, string[] queues)
    {
        _scene = scene;
        (_connection, _channel, _queues) = (connection, channel, queues);
    }

    public IReadOnlyCollection<Tapped> Seen => _seen;

    public static async Task<Tap> Open(ServersScene scene)
    {
        var queues = (await scene.Servers.RabbitMq.ListQueuesAsync(scene.VirtualHost))
            .Select(queue => queue.Name)
            .Where(name => !name.EndsWith("_error", StringComparison.Ordinal))
            .Where(name => !name.EndsWith("_skipped", StringComparison.Ordinal))
            .ToArray();
        var connection = await new ConnectionFactory { Uri = scene.VirtualHost }.CreateConnectionAsync();
        var channel = await connection.CreateChannelAsync();
        var tap = new Tap(scene, connection, channel, queues);
        foreach (var queue in queues)
        {
            // One queue per exchange, because a message does not name the last exchange it passed.
            await channel.QueueDeclareAsync($"{Name}-{queue}", durable: false, exclusive: true, autoDelete: true);
            await channel.QueueBindAsync($"{Name}-{queue}", queue, "");
            var consumer = new AsyncEventingBasicConsumer(channel);
            consumer.ReceivedAsync += (_, message) => tap.Take(queue, message);
            await channel.BasicConsumeAsync($"{Name}-{queue}", autoAck: true, consumer);
        }
        return tap;
    }

    /// <summary>From now on only the tap delivers messages: each twice, after a random delay each time.</summary>
    public async Task ForwardTwice(Random random, TimeSpan within)
    {
        _deliver = async message =>
        {
            TimeSpan pause;
            lock (random)
                pause = within * random.NextDouble();
            await Task.Delay(pause);
            await Send(message);
        };
        foreach (var queue in _queues)
            await _channel.QueueUnbindAsync(queue, queue, "");
    }

    /// <summary>Puts a message into its queue; one at a time, as a channel requires.</summary>
    public Task Send(Tapped message)
    {
        lock (_lock)
            return _sending = After(_sending);

        async Task After(Task before)
        {
            await before;
            await _channel.BasicPublishAsync("", message.Queue, mandatory: false, message.Properties, message.Body);
        }
    }

    /// <summary>Restores the original bindings once no message has passed for a while.</summary>
    public async Task Close()
    {
        while (
            Volatile.Read(ref _pending) > 0
            || Environment.TickCount64 - Volatile.Read(ref _last) < s_quiet.TotalMilliseconds
            || (await _scene.Messages()).InFlight > 0
        )
            await Task.Delay(100);
        if (_deliver is not null)
            foreach (var queue in _queues)
                await _channel.QueueBindAsync(queue, queue, "");
        await _channel.DisposeAsync();
        await _connection.DisposeAsync();
    }

    Task Take(string queue, BasicDeliverEventArgs message)
    {
        Volatile.Write(ref _last, Environment.TickCount64);
        var id = Guid.TryParse(message.BasicProperties.MessageId, out var known) ? known : Guid.Empty;
        var tapped = new Tapped(queue, id, new BasicProperties(message.BasicProperties), message.Body.ToArray());
        _seen.Enqueue(tapped);
        if (_deliver is { } deliver)
            for (var copy = 0; copy < 2; copy++)
                _ = Forward(deliver, tapped);
        return Task.CompletedTask;
    }

    async Task Forward(Func<Tapped, Task> deliver, Tapped message)
    {
        Interlocked.Increment(ref _pending);
        await deliver(message);
        Volatile.Write(ref _last, Environment.TickCount64);
        Interlocked.Decrement(ref _pending);
    }
}
