using System.Collections.Concurrent;
using MassTransit;
using MassTransit.Scheduling;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Time.Testing;
using RideBooking.Billing;
using RideBooking.Contracts;
using RideBooking.Contracts.Seams;
using RideBooking.Payments;
using RideBooking.Payments.Gateway;
using RideBooking.Platform;
using RideBooking.Platform.Hosting;
using RideBooking.Platform.Http.Requests;
using RideBooking.Platform.Messaging;
using RideBooking.Platform.Persistence;
using RideBooking.Tests.Api;
using RideBooking.Tests.Http;
using RideBooking.Tests.Messaging;

namespace RideBooking.Tests.Payments;

/// <summary>
/// Billing and Payments with their endpoints, on a real SQLite database, behind the platform's own retry, inbox and outbox.
/// The lab is the broker: a message is delivered only when a test delivers it, and the call returns once it is handled.
/// </summary>
internal sealed class MoneyLab : IAsyncDisposable
{
    static readonly IModule[] s_modules = [new BillingModule(), new PaymentsModule()];

    static readonly HashSet<Type> s_tellsTheMachine =
    [
        typeof(RideRequested),
        typeof(FareFinalized),
        typeof(CancellationFeeAssessed),
        typeof(ChargeSucceeded),
        typeof(ChargeDeclined),
        typeof(ChargeUnknown),
        typeof(RetryDue),
    ];

    readonly HttpApp _app;
    readonly string _folder;
    readonly DirectDispatcher _dispatcher;
    readonly ConcurrentQueue<object> _underway = new();
    readonly ConcurrentQueue<object> _sent = new();
    readonly List<(DateTimeOffset At, object Message)> _timers = [];
    readonly HashSet<Guid> _requested = [];
    readonly SemaphoreSlim _oneRequest = new(1);

    MoneyLab(HttpApp app, string folder, FakeTimeProvider clock)
    {
        (_app, _folder, Clock) = (app, folder, clock);
        _dispatcher = new DirectDispatcher(app.Services).AddSaga<Payment>(s_tellsTheMachine);
        foreach (var module in s_modules)
            _dispatcher.Add(module);
        // Messages of a consumer outside a transaction go directly to the bus, which is not running here.
        app.Services.GetRequiredService<IBus>().ConnectPublishObserver(new Overheard(_underway));
    }

    public FakeTimeProvider Clock { get; }

    public DateTimeOffset Now => Clock.GetUtcNow();

    public static CancellationToken Stop => TestContext.Current.CancellationToken;

    public IServiceProvider Services => _app.Services;

    /// <summary>All messages sent of a type, once each, in order.</summary>
    public IReadOnlyList<T> Sent<T>() => [.. _sent.OfType<T>()];

    public static async Task<MoneyLab> Open(params (string Key, string Value)[] settings)
    {
        var folder = Directory.CreateTempSubdirectory("ridebooking-money-").FullName;
        var clock = new FakeTimeProvider(new DateTimeOffset(2026, 1, 10, 12, 0, 0, TimeSpan.Zero));
        var app = await HttpApp.Start(
            web =>
            {
                foreach (var module in s_modules)
                    module.MapEndpoints(web);
            },
            configure: builder => Configure(builder.Services, builder, clock),
            settings:
            [
                ("ConnectionStrings:RideBooking", $"Data Source={Path.Combine(folder, "lab.db")}"),
                ("Messaging:Redelivery", ""),
                ("Messaging:Retry", string.Join(',', Enumerable.Repeat("00:00:00.010", 20))),
                .. settings,
            ]
        );
        var lab = new MoneyLab(app, folder, clock);
        await lab.In(db => Tables.CreateIn(db, Stop));
        return lab;
    }

    static void Configure(IServiceCollection services, IHostApplicationBuilder builder, FakeTimeProvider clock)
    {
        services.AddSingleton<TimeProvider>(clock);
        services.AddSingleton(new QuoteTokens(new byte[32]));
        services.AddSingleton<Audit>();
        services.AddSingleton<IOperatorAudit>(provider => provider.GetRequiredService<Audit>());
        var database = services.AddPersistence(builder.Configuration);
        services.AddMessagingServices(builder.Configuration, builder.Environment, database, s_modules);
        foreach (var module in s_modules)
        {
            services.AddSingleton(module);
            services.AddRequestValidators(module.GetType().Assembly);
            module.AddServices(services, builder.Configuration);
        }
        foreach (var background in services.Where(service => service.ServiceType == typeof(IHostedService)).ToList())
            services.Remove(background);
    }

    /// <summary>Signs in a caller with a role.</summary>
    public async Task<Person> As(string role, string subject)
    {
        var client = await _app.As(role, subject);
        client.BaseAddress = new Uri(client.BaseAddress!, "/api/v1/");
        return new Person(client);
    }

    public async Task<T> In<T>(Func<AppDbContext, Task<T>> use)
    {
        await using var scope = _app.Services.CreateAsyncScope();
        return await use(scope.ServiceProvider.GetRequiredService<AppDbContext>());
    }

    public Task<Payment> Payment(Guid rideId) =>
        In(db => db.Set<Payment>().AsNoTracking().SingleAsync(payment => payment.CorrelationId == rideId, Stop));

    public Task<List<SandboxCharge>> Ledger(Guid rideId) => In(db => db.Ledger(rideId).ToListAsync(Stop));

    /// <summary>True to record the request of a ride that ends, as for every real ride.</summary>
    public bool RecordsRequests { get; set; } = true;

    /// <summary>Delivers one message to its consumers, without the messages that follow from it.</summary>
    public async Task Deliver(object message, Guid? messageId = null)
    {
        if (RecordsRequests)
            await Request(message);
        await _dispatcher.Dispatch(message, messageId);
    }

    async Task Request(object message)
    {
        var at = Now;
        RideRequested? requested = message switch
        {
            RideCompleted ride => new(
                ride.RideId,
                ride.RiderId,
                ride.Pickup,
                ride.Dropoff,
                ride.VehicleClass,
                ride.QuoteId,
                ride.QuotedFare,
                ride.QuotedDistanceMeters,
                ride.PaymentMethodId,
                at
            ),
            RideCancelled ride => new SomeRide { RiderId = ride.RiderId }.Requested with { RideId = ride.RideId },
            _ => null,
        };
        if (requested is null)
            return;
        await _oneRequest.WaitAsync(Stop);
        try
        {
            if (_requested.Add(requested.RideId))
                await _dispatcher.Dispatch(requested);
        }
        finally
        {
            _oneRequest.Release();
        }
    }

    /// <summary>Delivers a message and all messages that follow from it, except timers.</summary>
    public async Task DeliverAndSettle(object message)
    {
        await Deliver(message);
        await Settle();
    }

    /// <summary>Delivers all messages in transit and those that follow from them.</summary>
    public async Task Settle()
    {
        while (await Take() is { Count: > 0 } messages)
            foreach (var message in messages)
                await Deliver(message);
    }

    /// <summary>Advances the time and fires the timers that are then due.</summary>
    public async Task Advance(TimeSpan time)
    {
        Clock.Advance(time);
        var due = _timers.FindAll(timer => timer.At <= Now);
        _timers.RemoveAll(due.Contains);
        foreach (var (_, message) in due)
            await DeliverAndSettle(message);
    }

    /// <summary>Takes the messages in transit, as a broker would; timers are kept until they are due.</summary>
    public async Task<List<object>> Take()
    {
        List<object> taken = [];
        foreach (var sent in await _dispatcher.TakeOutbox())
            switch (sent)
            {
                case ScheduleMessage timer:
                    var due = new DateTimeOffset(timer.ScheduledTime, TimeSpan.Zero);
                    _timers.Add((due, _dispatcher.PayloadOf(timer)));
                    break;
                case CancelScheduledMessage:
                    break; // a timer that fires in spite of its cancellation must do no harm
                default:
                    taken.Add(sent);
                    break;
            }
        while (_underway.TryDequeue(out var message))
            taken.Add(message);
        taken.ForEach(_sent.Enqueue);
        return taken;
    }

    /// <summary>Sends a command to the state machine from within the process, and returns true if it was accepted.</summary>
    public async Task<bool> Send<T>(T command)
        where T : class =>
        (
            await Services
                .GetRequiredService<SagaCommandDispatcher<Payment>>()
                .Send(command, Guid.CreateVersion7(), Stop)
        ).Accepted;

    public async ValueTask DisposeAsync()
    {
        await _app.DisposeAsync();
        Microsoft.Data.Sqlite.SqliteConnection.ClearAllPools();
        Directory.Delete(_folder, recursive: true);
    }

    /// <summary>The entries of the operators' audit.</summary>
    public IReadOnlyCollection<(string Action, Guid RideId, string By, string Reason)> Audited =>
        Services.GetRequiredService<Audit>().Entries;

    sealed class Audit : IOperatorAudit
    {
        public ConcurrentQueue<(string, Guid, string, string)> Entries { get; } = new();

        public Task Record(string action, Guid rideId, string by, string reason, CancellationToken cancellationToken)
        {
            Entries.Enqueue((action, rideId, by, reason));
            return Task.CompletedTask;
        }
    }

    sealed class Overheard(ConcurrentQueue<object> underway) : IPublishObserver
    {
        // All other messages go through the outbox and are taken from there.
        public Task PostPublish<T>(PublishContext<T> context)
            where T : class
        {
            if (context.Message is ChargeSucceeded or ChargeDeclined or ChargeUnknown)
                underway.Enqueue(context.Message);
            return Task.CompletedTask;
        }

        public Task PrePublish<T>(PublishContext<T> context)
            where T : class => Task.CompletedTask;

        public Task PublishFault<T>(PublishContext<T> context, Exception exception)
            where T : class => Task.CompletedTask;
    }
}
