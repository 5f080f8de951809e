using System.Collections.Concurrent;
using System.Collections.ObjectModel;
using System.Data.Common;
using System.Text.Json;
using MassTransit;
using MassTransit.Context;
using MassTransit.EntityFrameworkCoreIntegration;
using MassTransit.Scheduling;
using MassTransit.Serialization;
using MassTransit.Transports;
using Microsoft.AspNetCore.Http;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Diagnostics;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting.Internal;
using Microsoft.Extensions.Time.Testing;
using RideBooking.Contracts;
using RideBooking.Matching;
using RideBooking.Platform;
using RideBooking.Platform.Http;
using RideBooking.Platform.Messaging;
using RideBooking.Platform.Persistence;
using RideBooking.Platform.Positions;

namespace RideBooking.Tests.Matching;

/// <summary>
/// Matching on a real SQLite database, behind the platform's own retry, inbox and outbox, with the lab as the broker: a
/// consumer has finished when its call returns, and what it sent lies in the outbox until the lab delivers it. So a test
/// decides what arrives when, and nothing here waits. Timers fire only when a test says so.
/// </summary>
public sealed class MatchingLab : IAsyncDisposable
{
    static readonly Type[] s_consumers =
    [
        .. typeof(MatchingModule)
            .Assembly.GetTypes()
            .Where(type => type.IsAssignableTo(typeof(IConsumer)) && !type.IsAbstract),
    ];

    readonly string _folder = Directory.CreateTempSubdirectory("ridebooking-matching-").FullName;
    readonly ServiceProvider _services;
    readonly Dictionary<Type, IReceiveEndpointDispatcher> _receivers = [];
    readonly ConcurrentQueue<object> _said = new();

    public MatchingLab()
    {
        var configuration = new ConfigurationBuilder()
            .AddInMemoryCollection(
                new Dictionary<string, string?>
                {
                    ["ConnectionStrings:RideBooking"] = $"Data Source={Path.Combine(_folder, "lab.db")}",
                    ["Messaging:Redelivery"] = "",
                    ["Messaging:Retry"] =
                        "00:00:00.001, 00:00:00.010, 00:00:00.020, 00:00:00.050, 00:00:00.100, 00:00:00.200",
                    ["Matching:OfferTimeout"] = "00:00:20",
                    ["Matching:MaxRadiusKm"] = "15",
                }
            )
            .Build();
        IModule[] modules = [new MatchingModule()];
        var services = new ServiceCollection();
        services.AddLogging();
        services.AddSingleton<TimeProvider>(Clock);
        services.AddSingleton<IModule>(modules[0]);
        modules[0].AddServices(services, configuration);
        var database = services.AddPersistence(configuration);
        services.ConfigureDbContext<SqliteAppDbContext>(db => db.AddInterceptors(Statements));
        services.AddMessaging(configuration, new HostingEnvironment(), database, modules);
        _services = services.BuildServiceProvider(validateScopes: true);

        var dispatchers = _services.GetRequiredService<IReceiveEndpointDispatcherFactory>();
        foreach (var consumer in s_consumers)
            _receivers[consumer] = (IReceiveEndpointDispatcher)
                typeof(IReceiveEndpointDispatcherFactory)
                    .GetMethods()
                    .Single(method =>
                        method.Name == nameof(IReceiveEndpointDispatcherFactory.CreateConsumerReceiver)
                        && method.GetParameters().Length == 1
                        && method.GetGenericArguments().Length == 1
                    )
                    .MakeGenericMethod(consumer)
                    .Invoke(dispatchers, [consumer.Name])!;
    }

    public FakeTimeProvider Clock { get; } = new(new DateTimeOffset(2026, 1, 10, 10, 0, 0, TimeSpan.Zero));

    public StatementCounter Statements { get; } = new();

    public DateTimeOffset Now => Clock.GetUtcNow();

    /// <summary>Everything that matching has said to others, in the order in which the lab delivered it.</summary>
    public IReadOnlyList<object> Said => [.. _said];

    public IReadOnlyList<T> SaidOf<T>() => [.. _said.OfType<T>()];

    public static async Task<MatchingLab> Open()
    {
        var lab = new MatchingLab();
        await lab.In(async db =>
        {
            await db.Database.EnsureCreatedAsync(Stop);
            return await db.Database.ExecuteSqlRawAsync("PRAGMA journal_mode=WAL", Stop);
        });
        return lab;
    }

    public static CancellationToken Stop => TestContext.Current.CancellationToken;

    /// <summary>Uses the database outside any message.</summary>
    public async Task<T> In<T>(Func<AppDbContext, Task<T>> use)
    {
        await using var scope = _services.CreateAsyncScope();
        return await use(scope.ServiceProvider.GetRequiredService<AppDbContext>());
    }

    public Task<List<T>> All<T>()
        where T : class => In(db => db.Set<T>().AsNoTracking().ToListAsync(Stop));

    /// <summary>Delivers one message to whoever consumes it, and nothing that follows from it.</summary>
    public async Task Deliver(object message, Guid? messageId = null)
    {
        var consumed = typeof(IConsumer<>).MakeGenericType(message.GetType());
        foreach (var consumer in s_consumers.Where(consumer => consumer.IsAssignableTo(consumed)))
            await (Task)Dispatch(consumer, (dynamic)message, messageId ?? Guid.CreateVersion7());
    }

    /// <summary>Delivers one message and everything that follows from it.</summary>
    public async Task Happens(object message)
    {
        await Deliver(message);
        await Settle();
    }

    /// <summary>Delivers what lies in the outbox, and what follows from that, until nothing is left.</summary>
    public async Task Settle()
    {
        while (await TakeOutbox() is { Count: > 0 } sent)
            foreach (var message in sent)
                await Deliver(message);
    }

    /// <summary>
    /// Like <see cref="Settle"/>, but everything at once, and people act on what they are told.
    /// </summary>
    public async Task SettleAtOnce(IEnumerable<object> first, Func<object, Task> people)
    {
        List<Task> running = [.. first.Select(message => Task.Run(() => Deliver(message)))];
        while (true)
        {
            foreach (var message in await TakeOutbox())
                running.Add(Task.Run(() => Task.WhenAll(Deliver(message), people(message))));
            var finished = running.FindAll(task => task.IsCompleted);
            await Task.WhenAll(finished);
            running.RemoveAll(finished.Contains);
            if (running.Count > 0)
                await Task.WhenAny(running);
            else if (await In(db => db.Set<OutboxMessage>().CountAsync(Stop)) == 0)
                return;
        }
    }

    public async Task<IResult> Accept(string driver, Guid offer) =>
        await Ask(
            async (scope, db, publish) =>
                (await AcceptOffer.Handle(offer, new Driver(driver), db, publish, Clock, Stop)).Result
        );

    public async Task<IResult> Decline(string driver, Guid offer, string? reason = null) =>
        await Ask(
            async (scope, db, publish) =>
                (
                    await DeclineOffer.Handle(
                        offer,
                        new DeclineOfferRequest(reason),
                        new Driver(driver),
                        db,
                        publish,
                        Clock,
                        Stop
                    )
                ).Result
        );

    async Task<IResult> Ask(Func<IServiceProvider, AppDbContext, IPublishEndpoint, Task<IResult>> handle)
    {
        await using var scope = _services.CreateAsyncScope();
        var services = scope.ServiceProvider;
        return await handle(
            services,
            services.GetRequiredService<AppDbContext>(),
            services.GetRequiredService<IPublishEndpoint>()
        );
    }

    /// <summary>The driver is at a place and comes on duty.</summary>
    public async Task<DriverWentOnline> Online(string driver, double lat, double lng, string vehicle = "standard")
    {
        await Stands(driver, lat, lng);
        return new DriverWentOnline(
            driver,
            Guid.CreateVersion7(Now),
            driver.ToUpperInvariant(),
            new Vehicle(vehicle, "B-" + driver, "Testarossa"),
            new Place(lat, lng),
            Now
        );
    }

    public Task Stands(string driver, double lat, double lng) =>
        In(async db =>
        {
            await db.RestartPosition(
                new DriverPosition
                {
                    DriverId = driver,
                    Lat = lat,
                    Lng = lng,
                    At = Now,
                },
                Stop
            );
            return true;
        });

    public RideRequested Request(
        double lat = 52.5219,
        double lng = 13.4132,
        string vehicle = "standard",
        string rider = "rider",
        Guid? ride = null
    ) =>
        new(
            ride ?? Guid.CreateVersion7(),
            rider,
            new Place(lat, lng, "Alexanderplatz"),
            new Place(52.5072, 13.3325),
            vehicle,
            null,
            new Money(18.40m, "EUR"),
            null,
            null,
            Now
        );

    public RideCancelled Cancelled(RideRequested ride) =>
        new(
            ride.RideId,
            ride.RiderId,
            "rider",
            "requested",
            "changed my mind",
            null,
            null,
            ride.VehicleClass,
            null,
            null,
            120,
            Now
        );

    public RideCompleted Completed(DriverAssigned assigned) =>
        new(
            assigned.RideId,
            assigned.RiderId,
            assigned.DriverId,
            new Place(52.5219, 13.4132),
            new Place(52.5072, 13.3325),
            "standard",
            null,
            null,
            null,
            null,
            6100,
            900,
            0,
            120,
            null,
            Now,
            Now
        );

    public DriverUnassigned Unassigned(DriverAssigned assigned, bool searchAgain = true) =>
        new(
            assigned.RideId,
            assigned.RiderId,
            assigned.DriverId,
            assigned.OfferId,
            "driver",
            "flat tyre",
            searchAgain,
            Now
        );

    async Task Dispatch<T>(Type consumer, T message, Guid messageId)
        where T : class
    {
        var receiver = _receivers[consumer];
        var serializer = SystemTextJsonMessageSerializer.Instance;
        var envelope = new MessageSendContext<T>(message, Stop)
        {
            MessageId = messageId,
            SourceAddress = receiver.InputAddress,
            DestinationAddress = receiver.InputAddress,
            Serializer = serializer,
        };
        var headers = new Dictionary<string, object>
        {
            [MessageHeaders.ContentType] = serializer.ContentType.ToString(),
        };
        var body = serializer.GetMessageBody(envelope).GetBytes();
        await receiver.Dispatch(body, new ReadOnlyDictionary<string, object>(headers), Stop);
    }

    /// <summary>Takes what lies in the outbox, as a broker that loses it would.</summary>
    public async Task<List<object>> TakeOutbox()
    {
        var rows = await In(async db =>
        {
            var found = await db.Set<OutboxMessage>().AsNoTracking().OrderBy(row => row.Id).ToListAsync(Stop);
            var ids = found.ConvertAll(row => row.Id);
            if (ids.Count > 0)
                await db.Set<OutboxMessage>().Where(row => ids.Contains(row.Id)).ExecuteDeleteAsync(Stop);
            return found;
        });
        var messages = rows.ConvertAll(Read);
        foreach (var message in messages)
            _said.Enqueue(message);
        return messages;
    }

    static object Read(OutboxMessage row)
    {
        using var envelope = JsonDocument.Parse(row.Body);
        var urn = row.MessageType.Split(';')[0];
        var type = Types.TryGetValue(urn, out var known)
            ? known
            : throw new InvalidOperationException($"Matching sent {urn}.");
        return JsonSerializer.Deserialize(
            envelope.RootElement.GetProperty("message"),
            type,
            SystemTextJsonMessageSerializer.Options
        )!;
    }

    static readonly Dictionary<string, Type> Types = new[]
    {
        typeof(DriverOffered).Assembly,
        typeof(MatchingModule).Assembly,
    }
        .SelectMany(assembly => assembly.GetTypes())
        .Where(type => type is { IsClass: true, IsAbstract: false, Namespace: not null, IsGenericType: false })
        .Append(typeof(ScheduleMessage))
        .ToDictionary(type => MessageUrn.ForTypeString(type));

    public async ValueTask DisposeAsync()
    {
        await _services.DisposeAsync();
        Microsoft.Data.Sqlite.SqliteConnection.ClearAllPools();
        Directory.Delete(_folder, recursive: true);
    }
}

/// <summary>Counts what is sent to the database.</summary>
public sealed class StatementCounter : DbCommandInterceptor
{
    readonly ConcurrentQueue<string> _statements = new();

    public IReadOnlyList<string> Taken()
    {
        string[] taken = [.. _statements];
        _statements.Clear();
        return taken;
    }

    public override DbCommand CommandInitialized(CommandEndEventData eventData, DbCommand result)
    {
        _statements.Enqueue(result.CommandText);
        return result;
    }
}
