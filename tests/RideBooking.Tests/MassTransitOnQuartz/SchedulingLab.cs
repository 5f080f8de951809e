using System.Collections.Concurrent;
using System.Diagnostics;
using MassTransit;
using MassTransit.QuartzIntegration;
using MassTransit.Scheduling;
using MassTransit.Testing;
using Microsoft.Extensions.DependencyInjection;
using Quartz;

namespace RideBooking.Tests.MassTransitOnQuartz;

/// <summary>A bus with the Quartz scheduler on virtual time, and a consumer that records what is delivered.</summary>
/// <remarks>
/// Not a <see cref="ModuleLab"/>: the package is tested as applications without this project's platform and database use it.
/// </remarks>
internal sealed class SchedulingLab : IAsyncDisposable
{
    readonly ServiceProvider _provider;
    readonly QuartzTimeAdjustment _time;

    SchedulingLab(ServiceProvider provider, ITestHarness harness)
    {
        _provider = provider;
        _time = new QuartzTimeAdjustment(provider);
        Harness = harness;
    }

    public ITestHarness Harness { get; }

    public Deliveries Deliveries => _provider.GetRequiredService<Deliveries>();

    public Broker Broker => _provider.GetRequiredService<Broker>();

    public IServiceProvider Services => _provider;

    public IMessageScheduler Scheduler =>
        new MessageScheduler(new PublishScheduleMessageProvider(Harness.Bus), Harness.Bus.Topology);

    public static async Task<SchedulingLab> Start(
        Action<IBusRegistrationConfigurator>? configure = null,
        Action<IQuartzBuilder>? quartz = null,
        Action<IBusRegistrationContext, IInMemoryBusFactoryConfigurator>? bus = null,
        Action<IServiceCollection>? services = null
    )
    {
        var collection = new ServiceCollection();
        services?.Invoke(collection);
        collection.AddSingleton<Deliveries>();
        collection.AddSingleton<Consumptions>();
        collection.AddSingleton<Broker>();
        collection.AddQuartz(quartz ?? (_ => { }));
        collection.AddMassTransitTestHarness(x =>
        {
            x.SetTestTimeouts(testTimeout: WaitFor.Limit, testInactivityTimeout: TimeSpan.FromSeconds(10));
            x.AddPublishMessageScheduler();
            x.AddQuartzConsumers();
            x.AddConsumer<DeliveryRecorder>();
            x.AddConsumeObserver(provider => provider.GetRequiredService<Consumptions>());
            configure?.Invoke(x);
            x.UsingInMemory(
                (context, configurator) =>
                {
                    configurator.UsePublishMessageScheduler();
                    configurator.ConnectSendObserver(context.GetRequiredService<Broker>());
                    bus?.Invoke(context, configurator);
                    configurator.ConfigureEndpoints(context);
                }
            );
        });
        var provider = collection.BuildServiceProvider(validateScopes: true);
        return new SchedulingLab(provider, await provider.StartTestHarness());
    }

    /// <summary>Schedules a reminder after the given delay, and returns its token.</summary>
    public async Task<Guid> Remind(string text, TimeSpan after, Action<SendContext>? send = null)
    {
        var scheduled = await Scheduler.SchedulePublish(
            DateTime.UtcNow + after,
            new Reminder { Text = text },
            Pipe.Execute<SendContext>(send ?? (_ => { })),
            Harness.CancellationToken
        );
        return scheduled.TokenId;
    }

    /// <summary>Sends a schedule message with the given token and message id.</summary>
    public Task Remind(string text, TimeSpan after, Guid token, Guid? messageId = null) =>
        Harness.Bus.Publish<ScheduleMessage>(
            new
            {
                CorrelationId = token,
                ScheduledTime = DateTime.UtcNow + after,
                PayloadType = MessageTypeCache<Reminder>.MessageTypeNames,
                Destination = new Uri("loopback://localhost/DeliveryRecorder"),
                Payload = new Reminder { Text = text },
            },
            x => x.MessageId = messageId ?? x.MessageId,
            Harness.CancellationToken
        );

    public Task Cancel(Guid token) => Scheduler.CancelScheduledPublish<Reminder>(token, Harness.CancellationToken);

    public Task Advance(TimeSpan duration) => _time.AdvanceTime(duration);

    /// <summary>Waits until the given number of messages of a type, including duplicates, has been consumed without fault.</summary>
    public Task Scheduled<T>(int count = 1)
        where T : class =>
        WaitFor.TrueAsync(
            $"{count} {typeof(T).Name} are consumed",
            () => Task.FromResult(_provider.GetRequiredService<Consumptions>().Of<T>() >= count)
        );

    public async Task<IScheduler> Quartz() => await Services.GetRequiredService<ISchedulerFactory>().GetScheduler();

    public async Task<IReadOnlyCollection<TriggerKey>> Triggers()
    {
        var scheduler = await Quartz();
        var page = await scheduler.QueryTriggers(new TriggerQuery());
        return [.. page.Items.Select(trigger => trigger.Key)];
    }

    public async ValueTask DisposeAsync()
    {
        _time.Dispose();
        await _provider.DisposeAsync();
    }
}

/// <summary>Counts the consumed messages. The harness's own list ignores duplicates.</summary>
internal sealed class Consumptions : IConsumeObserver
{
    readonly ConcurrentDictionary<Type, int> _count = new();

    public int Of<T>() => _count.GetValueOrDefault(typeof(T));

    public Task PreConsume<T>(ConsumeContext<T> context)
        where T : class => Task.CompletedTask;

    public Task PostConsume<T>(ConsumeContext<T> context)
        where T : class
    {
        _count.AddOrUpdate(typeof(T), 1, (_, count) => count + 1);
        return Task.CompletedTask;
    }

    public Task ConsumeFault<T>(ConsumeContext<T> context, Exception exception)
        where T : class => Task.CompletedTask;
}

/// <summary>Stands between the bus and the messages that have a receiver header: refuses or delays their sends.</summary>
internal sealed class Broker : ISendObserver
{
    readonly ConcurrentQueue<Guid?> _refused = new();
    volatile TaskCompletionSource? _hanging;
    readonly ConcurrentQueue<long> _begun = new();
    readonly Lock _lock = new();
    int _hangingSends;
    int _carried;
    int _underWay;

    public bool Reachable { get; set; } = true;

    /// <summary>True to let sends begin but not end.</summary>
    public bool Hangs
    {
        get => _hanging is not null;
        set
        {
            var before = _hanging;
            _hanging = value ? new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously) : null;
            before?.TrySetResult();
        }
    }

    public int Hanging => _hangingSends;

    public int Carried => _carried;

    /// <summary>The timestamps at which sends began.</summary>
    public IReadOnlyCollection<long> Begun => _begun;

    /// <summary>The maximum number of concurrent sends.</summary>
    public int MaxConcurrent { get; private set; }

    public int Refusals => _refused.Count;

    public IReadOnlyCollection<Guid?> RefusedIds => _refused;

    public async Task PreSend<T>(SendContext<T> context)
        where T : class
    {
        if (!context.Headers.TryGetHeader("receiver", out _))
            return;

        if (!Reachable)
        {
            _refused.Enqueue(context.MessageId);
            throw new TransportUnavailableException("The receiver is unreachable.");
        }

        _begun.Enqueue(Stopwatch.GetTimestamp());
        lock (_lock)
            MaxConcurrent = Math.Max(MaxConcurrent, ++_underWay);
        if (_hanging is { } hanging)
        {
            Interlocked.Increment(ref _hangingSends);
            await hanging.Task;
        }
    }

    public Task PostSend<T>(SendContext<T> context)
        where T : class
    {
        if (!context.Headers.TryGetHeader("receiver", out _))
            return Task.CompletedTask;
        Interlocked.Increment(ref _carried);
        lock (_lock)
            _underWay--;
        return Task.CompletedTask;
    }

    public Task SendFault<T>(SendContext<T> context, Exception exception)
        where T : class => Task.CompletedTask;
}

/// <summary>The delivered messages, in order.</summary>
internal sealed class Deliveries : IDisposable
{
    readonly ConcurrentQueue<ConsumeContext<Reminder>> _all = new();
    readonly SemaphoreSlim _arrived = new(0);

    public IReadOnlyCollection<ConsumeContext<Reminder>> All => _all;

    public void Add(ConsumeContext<Reminder> delivery)
    {
        _all.Enqueue(delivery);
        _arrived.Release();
    }

    /// <summary>Waits for the next delivery.</summary>
    public async Task<ConsumeContext<Reminder>> Next()
    {
        if (!await _arrived.WaitAsync(WaitFor.Limit, TestContext.Current.CancellationToken))
            throw new TimeoutException("Nothing was delivered.");
        return _all.Last();
    }

    public void Dispose() => _arrived.Dispose();
}

internal sealed class DeliveryRecorder(Deliveries deliveries) : IConsumer<Reminder>
{
    public Task Consume(ConsumeContext<Reminder> context)
    {
        deliveries.Add(context);
        return Task.CompletedTask;
    }
}

public sealed record Reminder
{
    public string Text { get; init; } = "";
}
