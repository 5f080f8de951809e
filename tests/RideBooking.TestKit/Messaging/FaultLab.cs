using System.Collections.Concurrent;
using System.Net.Mime;
using System.Text;
using System.Threading.Channels;
using MassTransit;
using MassTransit.EntityFrameworkCoreIntegration;
using MassTransit.Serialization;
using Microsoft.AspNetCore.Routing;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using RideBooking.Platform;
using RideBooking.Platform.Hosting;
using RideBooking.Platform.Messaging;
using RideBooking.Platform.Persistence;
using RideBooking.TestKit.Persistence;
using IHost = Microsoft.Extensions.Hosting.IHost;

namespace RideBooking.TestKit.Messaging;

/// <summary>
/// The platform's messaging as it runs in the host (database, inbox, outbox, scheduler, transport), with consumers whose
/// failures a test decides, and with access to every error queue.
/// </summary>
/// <remarks>Its bus runs, unlike a module lab's, because failures also depend on the transport: it runs on RabbitMQ as well.</remarks>
internal sealed class FaultLab : IAsyncDisposable
{
    readonly string _folder;
    readonly IHost _host;
    readonly ConcurrentDictionary<string, Mailbox> _mailboxes = new();

    FaultLab(string folder, IHost host) => (_folder, _host) = (folder, host);

    public Behaviour Behaviour => _host.Services.GetRequiredService<Behaviour>();

    public IServiceProvider Services => _host.Services;

    IBusControl Bus => _host.Services.GetRequiredService<IBusControl>();

    static CancellationToken Stop => TestContext.Current.CancellationToken;

    /// <summary>Starts the lab, by default on SQLite and the in-memory transport.</summary>
    /// <param name="settings">The host's settings; by default three retries and two redeliveries, all within milliseconds.</param>
    public static async Task<FaultLab> Start(params (string Key, string Value)[] settings)
    {
        var folder = Directory.CreateTempSubdirectory("ridebooking-faults-").FullName;
        var builder = Microsoft.Extensions.Hosting.Host.CreateEmptyApplicationBuilder(
            new HostApplicationBuilderSettings()
        );
        builder.Configuration.AddInMemoryCollection(
            new Dictionary<string, string?>
            {
                ["ConnectionStrings:RideBooking"] = $"Data Source={Path.Combine(folder, "lab.db")}",
                ["Messaging:Retry"] = "00:00:00.001,00:00:00.002,00:00:00.003",
                ["Messaging:Redelivery"] = "00:00:00.005,00:00:00.010",
            }
        );
        builder.Configuration.AddInMemoryCollection(settings.ToDictionary(s => s.Key, s => (string?)s.Value));
        builder.Logging.SetMinimumLevel(LogLevel.None);
        builder.Services.AddSingleton<Behaviour>();
        var module = new TroubledModule();
        var database = builder.Services.AddPersistence(builder.Configuration);
        builder.Services.AddMessagingServices(builder.Configuration, builder.Environment, database, [module]);
        builder.Services.ConfigureDbContext<SqliteAppDbContext>(db =>
            db.AddInterceptors(new SqliteSynchronousOff()).ThrowOnUnorderedRows()
        );
        var host = builder.Build();
        var lab = new FaultLab(folder, host);
        await lab.In(db => db.Database.EnsureCreatedAsync(Stop));
        if (database.Provider == DatabaseProvider.Sqlite)
            await lab.In(db => db.Database.ExecuteSqlRawAsync("PRAGMA journal_mode=WAL", Stop));
        await host.StartAsync(Stop);
        return lab;
    }

    public async Task<T> In<T>(Func<AppDbContext, Task<T>> use)
    {
        await using var scope = _host.Services.CreateAsyncScope();
        return await use(scope.ServiceProvider.GetRequiredService<AppDbContext>());
    }

    public Task Publish<T>(T message, Guid? messageId = null, params (string Key, object Value)[] headers)
        where T : class =>
        Bus.Publish(
            message,
            context =>
            {
                context.MessageId = messageId ?? NewId.NextGuid();
                foreach (var (key, value) in headers)
                    context.Headers.Set(key, value);
            },
            Stop
        );

    /// <summary>Publishes a message later.</summary>
    public async Task Schedule<T>(T message, TimeSpan delay)
        where T : class
    {
        await using var scope = _host.Services.CreateAsyncScope();
        await scope
            .ServiceProvider.GetRequiredService<IMessageScheduler>()
            .SchedulePublish(DateTime.UtcNow + delay, message, Stop);
        await scope.ServiceProvider.GetRequiredService<AppDbContext>().SaveChangesAsync(Stop);
    }

    /// <summary>Puts exactly these bytes into an endpoint's queue, as a foreign producer might.</summary>
    public async Task PutRaw(
        string queue,
        byte[] body,
        string contentType = "application/vnd.masstransit+json",
        params (string Key, object Value)[] headers
    )
    {
        var endpoint = await Bus.GetSendEndpoint(new Uri($"exchange:{queue}"));
        await endpoint.Send(
            new Placeholder(),
            Pipe.Execute<SendContext<Placeholder>>(context =>
            {
                context.Serializer = new Raw(body, new ContentType(contentType));
                foreach (var (key, value) in headers)
                    context.Headers.Set(key, value);
            }),
            Stop
        );
    }

    /// <summary>Waits for a message in a queue without a consumer, such as <c>x_error</c>.</summary>
    public async Task<DeadLetter> DeadLetterIn(string queue)
    {
        var mailbox = Watch(queue);
        await mailbox.Ready;
        return await mailbox.Next();
    }

    /// <summary>Counts the other messages in that queue, without waiting.</summary>
    public int LeftIn(string queue) => Watch(queue).Count;

    /// <summary>Watches a queue from now on. The in-memory transport does not keep messages that arrived before.</summary>
    public Mailbox Watch(string queue) =>
        _mailboxes.GetOrAdd(
            queue,
            name =>
            {
                var mailbox = new Mailbox(name);
                mailbox.Handle = Bus.ConnectReceiveEndpoint(
                    name,
                    endpoint =>
                    {
                        endpoint.ConfigureConsumeTopology = false;
                        endpoint.ConfigureReceive(receive => receive.UseFilter(mailbox));
                    }
                );
                return mailbox;
            }
        );

    /// <summary>Waits until the consumers have made the condition true.</summary>
    public async Task Until(string what, Func<bool> condition)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(Stop);
        limit.CancelAfter(WaitFor.Limit);
        while (!condition())
            try
            {
                await Behaviour.Changed.ReadAsync(limit.Token);
            }
            catch (OperationCanceledException)
            {
                throw new TimeoutException($"Waited {WaitFor.Limit.TotalSeconds:0} s for {what}; {Behaviour}");
            }
    }

    /// <summary>Waits until everything that was committed has been sent.</summary>
    public Task OutboxDrains() =>
        WaitFor.TrueAsync("the outbox is empty", async () => !await In(db => db.Set<OutboxMessage>().AnyAsync(Stop)));

    public async ValueTask DisposeAsync()
    {
        await _host.StopAsync(CancellationToken.None);
        if (_host is IAsyncDisposable disposable)
            await disposable.DisposeAsync();
        SqliteConnection.ClearAllPools();
        Directory.Delete(_folder, recursive: true);
    }

    sealed class TroubledModule : IModule
    {
        public string Name => "troubled";

        public void AddServices(IServiceCollection services, IConfiguration configuration) { }

        public void AddConsumers(IBusRegistrationConfigurator bus)
        {
            bus.AddConsumer<Troubled>();
            bus.AddConsumer<Neighbour>();
            bus.AddConsumer<Witness>();
            bus.AddConsumer<TroubledOutside>(new EndpointPolicy { IsOutsideTransaction = true });
        }

        public void MapEndpoints(IEndpointRouteBuilder routes) { }
    }

    sealed class Raw(byte[] body, ContentType contentType) : IMessageSerializer
    {
        public ContentType ContentType => contentType;

        public MessageBody GetMessageBody<T>(SendContext<T> context)
            where T : class => new BytesMessageBody(body);
    }
}

/// <summary>A message of an error queue, with its body and headers.</summary>
internal sealed record DeadLetter(byte[] Body, IReadOnlyDictionary<string, object> Headers, Guid? MessageId)
{
    public string Text => Encoding.UTF8.GetString(Body);

    public string? Header(string key) => Headers.TryGetValue(key, out var value) ? value.ToString() : null;
}

/// <summary>Receives a queue's messages without deserializing them.</summary>
internal sealed class Mailbox(string queue) : IFilter<ReceiveContext>
{
    readonly Channel<DeadLetter> _letters = Channel.CreateUnbounded<DeadLetter>();

    public HostReceiveEndpointHandle Handle { get; set; } = null!;

    public Task Ready => Handle.Ready;

    public int Count => _letters.Reader.Count;

    public async Task<DeadLetter> Next()
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        limit.CancelAfter(WaitFor.Limit);
        try
        {
            return await _letters.Reader.ReadAsync(limit.Token);
        }
        catch (OperationCanceledException)
        {
            throw new TimeoutException($"Waited {WaitFor.Limit.TotalSeconds:0} s for a message in {queue}");
        }
    }

    public Task Send(ReceiveContext context, IPipe<ReceiveContext> next)
    {
        _letters.Writer.TryWrite(
            new DeadLetter(
                context.GetBody(),
                context.TransportHeaders.GetAll().ToDictionary(header => header.Key, header => header.Value),
                context.GetMessageId()
            )
        );
        return Task.CompletedTask;
    }

    public void Probe(ProbeContext context) { }
}

/// <summary>Placeholder for a raw message.</summary>
internal sealed record Placeholder;

/// <summary>A message whose handling fails as the test decides.</summary>
public sealed record Trouble(Guid Id, string Text = "");

/// <summary>The effect of handling <see cref="Trouble"/>.</summary>
public sealed record Effect(Guid Id, string Of);

/// <summary>A message without a consumer.</summary>
public sealed record UnconsumedMessage(Guid Id);

/// <summary>Decides which consumer fails and how, and counts the attempts.</summary>
internal sealed class Behaviour
{
    readonly ConcurrentQueue<(string Who, Guid Id)> _attempts = new();
    readonly ConcurrentQueue<Effect> _effects = new();
    readonly Channel<bool> _changed = Channel.CreateUnbounded<bool>();

    /// <summary>Returns the exception to throw, or null, for a consumer, a message and the number of earlier attempts.</summary>
    public Func<string, Trouble, int, Exception?> Fault { get; set; } = (_, _, _) => null;

    public IReadOnlyList<Effect> Effects => [.. _effects];

    /// <summary>Signals each attempt and each effect.</summary>
    public ChannelReader<bool> Changed => _changed.Reader;

    public int AttemptsInAll => _attempts.Count;

    public int Attempts(Guid id, string who = nameof(Troubled)) => _attempts.Count(a => a == (who, id));

    public void Try(string who, Trouble trouble)
    {
        var before = Attempts(trouble.Id, who);
        _attempts.Enqueue((who, trouble.Id));
        _changed.Writer.TryWrite(true);
        if (Fault(who, trouble, before) is { } fault)
            throw fault;
    }

    public void Saw(Effect effect)
    {
        _effects.Enqueue(effect);
        _changed.Writer.TryWrite(true);
    }

    public override string ToString() => $"{_attempts.Count} attempts, {_effects.Count} effects so far";
}

internal sealed class Troubled(Behaviour behaviour) : IConsumer<Trouble>
{
    public async Task Consume(ConsumeContext<Trouble> context)
    {
        // Publishes before it fails, so that an incomplete rollback becomes visible.
        await context.Publish(new Effect(context.Message.Id, nameof(Troubled)), context.CancellationToken);
        behaviour.Try(nameof(Troubled), context.Message);
    }
}

internal sealed class TroubledOutside(Behaviour behaviour) : IConsumer<Trouble>
{
    public Task Consume(ConsumeContext<Trouble> context)
    {
        behaviour.Try(nameof(TroubledOutside), context.Message);
        return Task.CompletedTask;
    }
}

internal sealed class Neighbour(Behaviour behaviour) : IConsumer<Trouble>
{
    public async Task Consume(ConsumeContext<Trouble> context)
    {
        await context.Publish(new Effect(context.Message.Id, nameof(Neighbour)), context.CancellationToken);
        behaviour.Try(nameof(Neighbour), context.Message);
    }
}

internal sealed class Witness(Behaviour behaviour) : IConsumer<Effect>
{
    public Task Consume(ConsumeContext<Effect> context)
    {
        behaviour.Saw(context.Message);
        return Task.CompletedTask;
    }
}
