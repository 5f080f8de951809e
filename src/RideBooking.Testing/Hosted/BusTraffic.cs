using System.Collections.Concurrent;
using MassTransit;
using MassTransit.InMemoryTransport;
using MassTransit.InMemoryTransport.Configuration;
using MassTransit.Transports;
using MassTransit.Transports.Fabric;
using Microsoft.Extensions.DependencyInjection;

namespace RideBooking.Testing;

/// <summary>Counts the messages in flight on a bus of the in-memory transport.</summary>
/// <remarks>
/// A message counts from the moment its sending starts until its last consumer has finished. Because every message is counted,
/// <see cref="Settle"/> needs no pause. Add it with <see cref="BusTrafficExtensions.AddBusTraffic"/> to the application whose
/// bus it counts.
/// </remarks>
public sealed class BusTraffic : IBusObserver, IReceiveObserver, ISendObserver, IPublishObserver
{
    static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(1);

    readonly IServiceProvider _services;

    // A failed message is reported twice, as a fault and as received.
    readonly ConcurrentDictionary<ReceiveContext, byte> _inHand = new(ReferenceEqualityComparer.Instance);
    readonly ConcurrentDictionary<(string Exchange, string Queue), ConnectHandle> _counters = new();
    readonly ConcurrentDictionary<string, byte> _queues = new(StringComparer.OrdinalIgnoreCase);
    readonly ConcurrentDictionary<string, int> _waiting = new(StringComparer.OrdinalIgnoreCase);
    readonly Lock _changing = new();
    TaskCompletionSource _quiet = new(TaskCreationOptions.RunContinuationsAsynchronously);
    long _moves;
    int _sending;
    int _received;

    internal BusTraffic(IServiceProvider services) => _services = services;

    /// <summary>The number of messages in flight: being sent, in a queue or with a consumer.</summary>
    public int OnTheWay
    {
        get
        {
            lock (_changing)
                return _sending + _received;
        }
    }

    /// <summary>Returns when no message is in flight and everything else has settled.</summary>
    /// <param name="alsoAtRest">
    /// Whether other senders, such as an outbox or a scheduler, have nothing to send. It is called whenever no message is
    /// in flight. Null if there are none.
    /// </param>
    /// <param name="within">The time limit in real time; 30 seconds by default.</param>
    /// <param name="cancellationToken">Stops the wait.</param>
    /// <exception cref="SagaLabException">It did not settle in time; the message says what is in flight.</exception>
    public async Task Settle(
        Func<CancellationToken, Task<bool>>? alsoAtRest = null,
        TimeSpan? within = null,
        CancellationToken cancellationToken = default
    )
    {
        var timeout = within ?? TimeSpan.FromSeconds(30);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(timeout);
        try
        {
            while (true)
            {
                var moves = await WaitUntilIdle(limit.Token).ConfigureAwait(false);
                var atRest = alsoAtRest is null || await alsoAtRest(limit.Token).ConfigureAwait(false);
                // A sender that was idle while no message moved has been given nothing to send since.
                if (atRest && IsQuietSince(moves))
                    return;
                if (!atRest)
                    await Task.Delay(s_pause, limit.Token).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new SagaLabException($"Not settled within {timeout.TotalSeconds:0.#} s: {Describe()}");
        }
    }

    /// <summary>Describes what is in flight.</summary>
    public string Describe()
    {
        var waiting = _waiting.Where(queue => queue.Value > 0).Select(queue => $"{queue.Value} for {queue.Key}");
        lock (_changing)
            return _sending + _received == 0
                ? "no message is in flight, but another sender is not idle"
                : string.Join(", ", waiting.Append($"{_sending} being sent"));
    }

    async Task<long> WaitUntilIdle(CancellationToken cancellationToken)
    {
        while (true)
        {
            Task quiet;
            lock (_changing)
            {
                if (_sending + _received == 0)
                    return _moves;
                quiet = _quiet.Task;
            }
            await quiet.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    bool IsQuietSince(long moves)
    {
        lock (_changing)
            return _sending + _received == 0 && _moves == moves;
    }

    void Sending(int change)
    {
        lock (_changing)
        {
            _sending += change;
            Moved();
        }
    }

    void Received(string queue, int change)
    {
        _waiting.AddOrUpdate(queue, change, (_, count) => count + change);
        lock (_changing)
        {
            _received += change;
            Moved();
        }
    }

    void Moved()
    {
        _moves++;
        if (_sending + _received != 0)
            return;
        _quiet.TrySetResult();
        _quiet = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
    }

    /// <inheritdoc />
    public Task PreStart(IBus bus)
    {
        // Queues are declared when the bus starts, which happens next.
        var host = _services.GetRequiredService<IBusInstance>().HostConfiguration;
        if (host is not IInMemoryHostConfiguration memory)
            throw new SagaLabException("Traffic is counted on the in-memory transport only.");
        var fabric = memory.TransportProvider.MessageFabric;
        fabric.ConnectMessageFabricObserver(new Queues(this, fabric));
        return Task.CompletedTask;
    }

    /// <inheritdoc />
    public Task PreReceive(ReceiveContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        _inHand.TryAdd(context, 0);
        // A message that did not come out of a queue was not counted: a dispatcher calls its endpoint directly.
        if (!_queues.ContainsKey(Queue(context)))
            Received(Queue(context), +1);
        return Task.CompletedTask;
    }

    /// <inheritdoc />
    public Task PostReceive(ReceiveContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        if (_inHand.TryRemove(context, out _))
            Received(Queue(context), -1);
        return Task.CompletedTask;
    }

    static string Queue(ReceiveContext context) => context.InputAddress.AbsolutePath.Trim('/').Split('/')[^1];

    /// <inheritdoc />
    public Task ReceiveFault(ReceiveContext context, Exception exception) => PostReceive(context);

    /// <inheritdoc />
    public Task PreSend<T>(SendContext<T> context)
        where T : class => Began();

    /// <inheritdoc />
    public Task PostSend<T>(SendContext<T> context)
        where T : class => Ended();

    /// <inheritdoc />
    public Task SendFault<T>(SendContext<T> context, Exception exception)
        where T : class => Ended();

    /// <inheritdoc />
    public Task PrePublish<T>(PublishContext<T> context)
        where T : class => Began();

    /// <inheritdoc />
    public Task PostPublish<T>(PublishContext<T> context)
        where T : class => Ended();

    /// <inheritdoc />
    public Task PublishFault<T>(PublishContext<T> context, Exception exception)
        where T : class => Ended();

    Task Began()
    {
        Sending(+1);
        return Task.CompletedTask;
    }

    Task Ended()
    {
        Sending(-1);
        return Task.CompletedTask;
    }

    Task IReceiveObserver.PostConsume<T>(ConsumeContext<T> context, TimeSpan duration, string consumerType) =>
        Task.CompletedTask;

    Task IReceiveObserver.ConsumeFault<T>(
        ConsumeContext<T> context,
        TimeSpan duration,
        string consumerType,
        Exception exception
    ) => Task.CompletedTask;

    void IBusObserver.PostCreate(IBus bus) { }

    void IBusObserver.CreateFaulted(Exception exception) { }

    Task IBusObserver.PostStart(IBus bus, Task<BusReady> busReady) => Task.CompletedTask;

    Task IBusObserver.StartFaulted(IBus bus, Exception exception) => Task.CompletedTask;

    Task IBusObserver.PreStop(IBus bus) => Task.CompletedTask;

    Task IBusObserver.PostStop(IBus bus) => Task.CompletedTask;

    Task IBusObserver.StopFaulted(IBus bus, Exception exception) => Task.CompletedTask;

    /// <summary>Adds a counter for each queue at the exchange from which it gets its messages.</summary>
    sealed class Queues(BusTraffic traffic, IMessageFabric<InMemoryTransportContext, InMemoryTransportMessage> fabric)
        : IMessageFabricObserver<InMemoryTransportContext>
    {
        public void QueueBindingCreated(InMemoryTransportContext context, string source, string destination)
        {
            traffic._queues.TryAdd(destination, 0);
            traffic._counters.GetOrAdd(
                (source, destination),
                _ =>
                    fabric
                        .GetExchange(context, source, ExchangeType.FanOut)
                        .Connect(new Counter(traffic, destination), null)
            );
        }

        public void ExchangeDeclared(InMemoryTransportContext context, string name, ExchangeType exchangeType) { }

        public void ExchangeBindingCreated(
            InMemoryTransportContext context,
            string source,
            string destination,
            string? routingKey
        ) { }

        public void QueueDeclared(InMemoryTransportContext context, string name) { }

        public TopologyHandle ConsumerConnected(
            InMemoryTransportContext context,
            TopologyHandle handle,
            string queueName
        ) => handle;
    }

    sealed class Counter(BusTraffic traffic, string queue) : IMessageSink<InMemoryTransportMessage>
    {
        public Task Deliver(DeliveryContext<InMemoryTransportMessage> context)
        {
            traffic.Received(queue, +1);
            return Task.CompletedTask;
        }

        public void Probe(ProbeContext context) { }
    }
}
