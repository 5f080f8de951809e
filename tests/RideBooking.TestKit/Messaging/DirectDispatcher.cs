using System.Collections.ObjectModel;
using System.Reflection;
using System.Runtime.CompilerServices;
using System.Text.Json;
using MassTransit;
using MassTransit.Context;
using MassTransit.EntityFrameworkCoreIntegration;
using MassTransit.Serialization;
using MassTransit.Transports;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using RideBooking.Contracts;
using RideBooking.EventLog;
using RideBooking.EventLog.Subscriptions;
using RideBooking.Platform;
using RideBooking.Platform.Persistence;

namespace RideBooking.TestKit.Messaging;

/// <summary>
/// Dispatches messages directly to consumers and sagas, on a bus that is not running: a message has been handled when the call
/// returns, and what was sent stays in the outbox until it is taken.
/// </summary>
internal sealed class DirectDispatcher(IServiceProvider services)
{
    readonly IReceiveEndpointDispatcherFactory _endpoints =
        services.GetRequiredService<IReceiveEndpointDispatcherFactory>();

    // Endpoints have the same names as in the host, because parts of their configuration depend on the name.
    readonly IEndpointNameFormatter _names =
        services.GetService<IEndpointNameFormatter>() ?? DefaultEndpointNameFormatter.Instance;
    readonly List<(IReceiveEndpointDispatcher Endpoint, Func<Type, bool> Consumes)> _receivers = [];
    readonly Dictionary<string, Type> _messages = [];

    readonly Dictionary<IProjection, SubscriptionReader?> _projections = services
        .GetServices<IProjection>()
        .ToDictionary(projection => projection, _ => (SubscriptionReader?)null);
    readonly ConditionalWeakTable<object, object> _ids = [];
    Task _projected = Task.CompletedTask;

    static CancellationToken Stop => TestContext.Current.CancellationToken;

    /// <summary>Adds a module's consumers and message types.</summary>
    public DirectDispatcher Add(IModule module)
    {
        // A test's module shares its assembly with other consumers.
        var within = module.GetType().Namespace!;
        var types = module
            .GetType()
            .Assembly.GetTypes()
            .Where(type => type.Namespace?.StartsWith(within, StringComparison.Ordinal) == true)
            .ToList();
        foreach (var consumer in types.Where(type => type.IsAssignableTo(typeof(IConsumer)) && !type.IsAbstract))
            _receivers.Add(
                (
                    (IReceiveEndpointDispatcher)Call(nameof(OpenConsumer), consumer, _endpoints, _names),
                    message => consumer.IsAssignableTo(typeof(IConsumer<>).MakeGenericType(message))
                )
            );
        foreach (var type in types.Concat(typeof(Place).Assembly.GetTypes()))
            if (type is { IsClass: true, IsAbstract: false, Namespace: not null, IsGenericType: false })
                _messages[MessageUrn.ForTypeString(type)] = type;
        return this;
    }

    /// <summary>Adds a saga and the messages it consumes.</summary>
    public DirectDispatcher AddSaga<T>(IReadOnlySet<Type> messages)
        where T : class, SagaStateMachineInstance
    {
        _receivers.Add((_endpoints.CreateSagaReceiver<T>(_names.Saga<T>()), messages.Contains));
        return this;
    }

    /// <summary>
    /// Dispatches one message to all its consumers in registration order, without the messages that they send. If projections
    /// read it, it is appended to the event log, and they have read it when the call returns.
    /// </summary>
    /// <param name="message">The message.</param>
    /// <param name="messageId">The message id; a new one if omitted.</param>
    public async Task Dispatch(object message, Guid? messageId = null)
    {
        var id = messageId ?? Guid.CreateVersion7();
        foreach (var (endpoint, consumes) in _receivers)
            if (AsConsumed(message, consumes) is ({ } consumed, { } type))
                await (Task)Call(nameof(DispatchTo), type, endpoint, consumed, id);
        if (_projections.Keys.Any(projection => projection.Events.Any(record => IsVersionOf(record, message))))
            // The log has what the outbox sent with the outbox's id, however often and with whatever id it is delivered.
            await Project(message, IdOf(message) ?? id);
    }

    /// <summary>The id with which the outbox sent the message; null if it comes from elsewhere.</summary>
    public Guid? IdOf(object message) => _ids.TryGetValue(message, out var id) ? (Guid)id : null;

    // An event is consumed in any of its versions, as on the bus: a later one is an upcast, an earlier one its base.
    static (object Message, Type Type)? AsConsumed(object message, Func<Type, bool> consumes)
    {
        if (consumes(message.GetType()))
            return (message, message.GetType());
        var newest = EventCatalogue.Published.Upcast(message);
        if (consumes(newest.GetType()))
            return (newest, newest.GetType());
        for (var type = message.GetType().BaseType; type is not null && type != typeof(object); type = type.BaseType)
            if (consumes(type))
                return (message, type);
        return null;
    }

    // A projection of a later version also reads what older publishers publish.
    static bool IsVersionOf(Type record, object message) =>
        EventCatalogue.Published.Find(message.GetType()) is { } published
        && EventCatalogue.Published.Find(record)?.Name == published.Name;

    // One after the other, as a subscription reads.
    Task Project(object message, Guid id)
    {
        lock (_projections)
            return _projected = ProjectAfter(_projected, message, id);
    }

    async Task ProjectAfter(Task previous, object message, Guid id)
    {
        await previous.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await Append(message, id);
        foreach (var projection in _projections.Keys)
        {
            var reader = _projections[projection] ??= await In(db => Claim(db, projection));
            while (await In(db => reader.Read(db, 100, Stop)) > 0) { }
        }
    }

    /// <summary>Appends an event to the event log without dispatching it.</summary>
    public Task Append(object happened, Guid id) => In(db => Append(db, happened, id));

    static async Task<int> Append(AppDbContext db, object message, Guid id)
    {
        var type = EventCatalogue.Published.All.Single(type => type.Type == message.GetType());
        var payload = JsonSerializer.SerializeToNode(message, type.Type, SystemTextJsonMessageSerializer.Options)!;
        if (!await db.Set<LoggedEvent>().AnyAsync(row => row.EventId == id, Stop))
            db.Add(
                new LoggedEvent
                {
                    EventId = id,
                    EventType = type.Name,
                    Version = type.Version,
                    Source = type.Source,
                    StreamId = payload[type.StreamProperty]!.ToString(),
                    Payload = payload.ToJsonString(),
                }
            );
        await db.SaveChangesAsync(Stop);
        await Sequencer.CatchUp(db, Stop);
        return 0;
    }

    async Task<SubscriptionReader> Claim(AppDbContext db, IProjection projection)
    {
        var clock = services.GetRequiredService<TimeProvider>();
        var reader = new SubscriptionReader(projection, EventCatalogue.Published, "test", clock);
        return await reader.Claim(db, Stop) ? reader : throw new InvalidOperationException("The lease is taken.");
    }

    async Task<T> In<T>(Func<AppDbContext, Task<T>> use)
    {
        await using var scope = services.CreateAsyncScope();
        return await use(scope.ServiceProvider.GetRequiredService<AppDbContext>());
    }

    /// <summary>Takes the messages from the outbox in order, then the timers.</summary>
    public async Task<List<object>> TakeOutbox()
    {
        await using var scope = services.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<AppDbContext>();
        var timers = await db.Set<ScheduledOutboxMessage>().AsNoTracking().OrderBy(row => row.Id).ToListAsync(Stop);
        foreach (var timer in timers)
            await db.Set<ScheduledOutboxMessage>().Where(row => row.Id == timer.Id).ExecuteDeleteAsync(Stop);
        var outbox = db.Set<OutboxMessage>();
        var rows = await outbox.AsNoTracking().OrderBy(row => row.Id).ToListAsync(Stop);
        var ids = rows.ConvertAll(row => row.Id);
        if (ids.Count > 0)
            await outbox.Where(row => ids.Contains(row.Id)).ExecuteDeleteAsync(Stop);
        return
        [
            .. rows.Select(Sent),
            .. timers.Select(row => new SetTimer(
                row.Token,
                row.DueTime,
                Read(JsonSerializer.Deserialize<OutboxMessage>(row.Message)!)
            )),
        ];
    }

    object Sent(OutboxMessage row)
    {
        var message = Read(row);
        _ids.Add(message, row.MessageId);
        return message;
    }

    object Read(OutboxMessage row)
    {
        using var envelope = JsonDocument.Parse(row.Body);
        return Read(row.MessageType.Split(';')[0], envelope.RootElement.GetProperty("message"));
    }

    object Read(string urn, JsonElement body) =>
        body.Deserialize(
            _messages.TryGetValue(urn, out var type)
                ? type
                : throw new InvalidOperationException($"Unknown message type {urn}."),
            SystemTextJsonMessageSerializer.Options
        )!;

    // A module's consumers and some of its messages are internal.
    static object Call(string method, Type type, params object[] arguments) =>
        typeof(DirectDispatcher)
            .GetMethod(method, BindingFlags.Static | BindingFlags.NonPublic)!
            .MakeGenericMethod(type)
            .Invoke(null, arguments)!;

    static IReceiveEndpointDispatcher OpenConsumer<T>(
        IReceiveEndpointDispatcherFactory endpoints,
        IEndpointNameFormatter names
    )
        where T : class, IConsumer => endpoints.CreateConsumerReceiver<T>(names.Consumer<T>());

    static async Task DispatchTo<T>(IReceiveEndpointDispatcher endpoint, T message, Guid messageId)
        where T : class
    {
        var serializer = SystemTextJsonMessageSerializer.Instance;
        var envelope = new MessageSendContext<T>(message, Stop)
        {
            MessageId = messageId,
            SourceAddress = endpoint.InputAddress,
            DestinationAddress = endpoint.InputAddress,
            Serializer = serializer,
        };
        var headers = new Dictionary<string, object>
        {
            [MessageHeaders.ContentType] = serializer.ContentType.ToString(),
        };
        await endpoint.Dispatch(
            serializer.GetMessageBody(envelope).GetBytes(),
            new ReadOnlyDictionary<string, object>(headers),
            Stop
        );
    }
}

/// <summary>A timer that was set.</summary>
/// <param name="Token">The token that cancels it.</param>
/// <param name="Due">When it is due.</param>
/// <param name="Message">The message that it sends.</param>
internal sealed record SetTimer(Guid Token, DateTimeOffset Due, object Message);
