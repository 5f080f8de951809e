using System.Collections.Concurrent;
using System.Data.Common;
using System.Threading.Channels;
using MassTransit;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Diagnostics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Time.Testing;
using RideBooking.Platform;
using RideBooking.Platform.Hosting;
using RideBooking.Platform.Http.Requests;
using RideBooking.Platform.Persistence;
using RideBooking.TestKit.Messaging;
using RideBooking.TestKit.Persistence;
using RideBooking.Tests.Platform.Http;

namespace RideBooking.Tests;

/// <summary>
/// Modules with their part of the API on a real database, behind the platform's own retry, inbox and outbox, with the lab as
/// the broker: a message has been handled when the call that delivers it returns, and the messages it sent stay in the outbox
/// until the lab delivers them. So a test decides the order of deliveries without waiting. Timers fire only when a test fires
/// them.
/// </summary>
/// <remarks>
/// SQLite in a temporary folder; if <c>RIDEBOOKING_LAB_POSTGRES</c> holds a connection string, a separate database on that
/// server, to test the same races with concurrent transactions.
/// </remarks>
public class ModuleLab : IAsyncDisposable
{
    // The number of messages a process handles at once; the others wait, as in their queues.
    readonly SemaphoreSlim _slots = new(32);

    static readonly string? s_postgres = Environment.GetEnvironmentVariable("RIDEBOOKING_LAB_POSTGRES");

    readonly string _folder = Directory.CreateTempSubdirectory("ridebooking-lab-").FullName;
    readonly IModule[] _modules;
    readonly ConcurrentQueue<object> _sent = new();
    readonly List<(DateTimeOffset At, object Message)> _timers = [];
    DirectDispatcher _dispatcher = null!;

    protected ModuleLab(params IModule[] modules) => _modules = modules;

    /// <summary>Opens a lab for a module.</summary>
    /// <param name="module">The module.</param>
    /// <param name="configure">Adds what the module needs of other modules.</param>
    public static async Task<ModuleLab> Open(IModule module, Action<IServiceCollection>? configure = null)
    {
        var lab = new ModuleLab(module);
        await lab.Start(configure);
        return lab;
    }

    /// <summary>Starts the application and creates its tables.</summary>
    /// <param name="configure">Adds services to the modules'.</param>
    /// <param name="settings">The settings that differ from the lab's.</param>
    protected async Task Start(
        Action<IServiceCollection>? configure = null,
        params (string Key, string Value)[] settings
    )
    {
        App = await HttpApp.Start(
            web =>
            {
                foreach (var module in _modules)
                    module.MapEndpoints(web);
            },
            configure: builder =>
            {
                AddModules(builder);
                configure?.Invoke(builder.Services);
            },
            settings:
            [
                ("Database:Provider", IsOnSqlite ? "Sqlite" : "Postgres"),
                (
                    "ConnectionStrings:RideBooking",
                    IsOnSqlite
                        ? $"Data Source={Path.Combine(_folder, "lab.db")}"
                        : $"{s_postgres};Database=lab_{Guid.CreateVersion7():N}"
                ),
                ("Messaging:Redelivery", ""),
                ("Messaging:Retry", string.Join(',', Enumerable.Repeat("00:00:00.010", 20))),
                .. settings,
            ]
        );
        _dispatcher = Dispatcher(App.Services);
        foreach (var module in _modules)
            _dispatcher.Add(module);
        await In(db => Tables.CreateIn(db, Stop));
        if (IsOnSqlite)
            await In(db => db.Database.ExecuteSqlRawAsync("PRAGMA journal_mode=WAL", Stop));
    }

    void AddModules(WebApplicationBuilder builder)
    {
        var (services, configuration) = (builder.Services, builder.Configuration);
        services.AddSingleton<TimeProvider>(Clock);
        var database = services.AddPersistence(configuration);
        services.ConfigureDbContext<PostgresAppDbContext>(db => db.AddInterceptors(Statements).ThrowOnUnorderedRows());
        services.ConfigureDbContext<SqliteAppDbContext>(db =>
            db.AddInterceptors(Statements, new SqliteSynchronousOff()).ThrowOnUnorderedRows()
        );
        services.AddMessagingServices(configuration, builder.Environment, database, _modules);
        foreach (var module in _modules)
        {
            services.AddSingleton(module);
            services.AddRequestValidators(module.GetType().Assembly);
            module.AddServices(services, configuration);
        }
        // The bus and the background work do not run: the lab does their work when a test asks for it.
        foreach (var background in services.Where(service => service.ServiceType == typeof(IHostedService)).ToList())
            services.Remove(background);
    }

    /// <summary>Creates the dispatcher, to which the modules' consumers are then added.</summary>
    private protected virtual DirectDispatcher Dispatcher(IServiceProvider services) => new(services);

    /// <summary>The modules' part of the API.</summary>
    internal HttpApp App { get; private set; } = null!;

    public IServiceProvider Services => App.Services;

    /// <summary>Messages that a consumer outside a transaction sent: they go to the bus, which does not run here.</summary>
    protected ConcurrentQueue<object> OnTheBus { get; } = new();

    public FakeTimeProvider Clock { get; } = new(new DateTimeOffset(2026, 1, 10, 12, 0, 0, TimeSpan.Zero));

    public StatementCounter Statements { get; } = new();

    public DateTimeOffset Now => Clock.GetUtcNow();

    /// <summary>The messages of a type that the module sent, in the order in which the lab took them from the outbox.</summary>
    public IReadOnlyList<T> SentOf<T>() => [.. _sent.OfType<T>()];

    /// <summary>True on SQLite, for tests of SQLite's query plans.</summary>
    public static bool IsOnSqlite => s_postgres is null;

    public static CancellationToken Stop => TestContext.Current.CancellationToken;

    /// <summary>Uses the database outside any message.</summary>
    public async Task<T> In<T>(Func<AppDbContext, Task<T>> use)
    {
        await using var scope = Services.CreateAsyncScope();
        return await use(scope.ServiceProvider.GetRequiredService<AppDbContext>());
    }

    public Task<List<T>> All<T>()
        where T : class => In(db => db.Set<T>().AsNoTracking().ToListAsync(Stop));

    /// <summary>Delivers one message to its consumers, without the messages that follow from it.</summary>
    public virtual async Task Deliver(object message, Guid? messageId = null)
    {
        await _slots.WaitAsync(Stop);
        try
        {
            await _dispatcher.Dispatch(message, messageId);
        }
        finally
        {
            _slots.Release();
        }
    }

    /// <summary>Appends an event to the event log, as its publisher does, without delivering it.</summary>
    public Task Log(object happened, Guid? eventId = null) =>
        _dispatcher.Append(happened, eventId ?? Guid.CreateVersion7());

    /// <summary>Delivers one message and everything that follows from it, except timers.</summary>
    public async Task DeliverAndSettle(object message)
    {
        await Deliver(message);
        await Settle();
    }

    /// <summary>Delivers the messages in the outbox and those that follow, until the outbox is empty.</summary>
    public async Task Settle()
    {
        while (await TakeOutbox() is { Count: > 0 } sent)
            foreach (var message in sent)
                await Deliver(message);
    }

    /// <summary>Like <see cref="Settle"/>, but concurrently, and riders and drivers react to the messages.</summary>
    public async Task SettleAtOnce(IEnumerable<object> first, Func<object, Task> people)
    {
        var finished = Channel.CreateUnbounded<Task>();
        var running = 0;
        foreach (var message in first)
            Start(() => Deliver(message));
        do
        {
            foreach (var message in await TakeOutbox())
                Start(() => Task.WhenAll(Deliver(message), people(message)));
            if (running == 0)
                return; // and the outbox was empty after that: no message can follow any more
            do
            {
                await await finished.Reader.ReadAsync(Stop);
                running--;
            } while (finished.Reader.Count > 0);
        } while (true);

        void Start(Func<Task> work)
        {
            running++;
            _ = Task.Run(work).ContinueWith(done => finished.Writer.TryWrite(done), TaskScheduler.Default);
        }
    }

    /// <summary>Calls an endpoint's handler as the HTTP server would, in its own scope.</summary>
    protected async Task<IResult> Ask<TResult>(Func<AppDbContext, IPublishEndpoint, Task<TResult>> handle)
        where TResult : IResult
    {
        await _slots.WaitAsync(Stop);
        try
        {
            await using var scope = Services.CreateAsyncScope();
            var services = scope.ServiceProvider;
            var result = await handle(
                services.GetRequiredService<AppDbContext>(),
                services.GetRequiredService<IPublishEndpoint>()
            );
            return result is INestedHttpResult union ? union.Result : result;
        }
        finally
        {
            _slots.Release();
        }
    }

    /// <summary>
    /// Takes the messages from the outbox without delivering them, as a broker that loses them would. Timers are kept until they
    /// are due.
    /// </summary>
    public async Task<List<object>> TakeOutbox()
    {
        List<object> taken = [];
        foreach (var sent in await _dispatcher.TakeOutbox())
        {
            _sent.Enqueue(sent);
            // A timer that fires in spite of its cancellation must do no harm, so its row is taken at once.
            if (sent is SetTimer timer)
                _timers.Add((timer.Due, timer.Message));
            else
                taken.Add(sent);
        }
        while (OnTheBus.TryDequeue(out var message))
        {
            _sent.Enqueue(message);
            taken.Add(message);
        }
        return taken;
    }

    /// <summary>Advances the time and fires the timers that are then due.</summary>
    public async Task Advance(TimeSpan time)
    {
        Clock.Advance(time);
        foreach (var message in TakeDueTimers())
            await DeliverAndSettle(message);
    }

    /// <summary>Takes the messages of the timers that are due, the earliest first.</summary>
    protected List<object> TakeDueTimers()
    {
        var due = _timers.FindAll(timer => timer.At <= Now);
        _timers.RemoveAll(due.Contains);
        return [.. due.OrderBy(timer => timer.At).Select(timer => timer.Message)];
    }

    /// <summary>The id with which the outbox sent the message; null if it comes from elsewhere.</summary>
    protected Guid? IdOf(object message) => _dispatcher.IdOf(message);

    public async ValueTask DisposeAsync()
    {
        if (s_postgres is not null)
            await In(db => db.Database.EnsureDeletedAsync(CancellationToken.None));
        await App.DisposeAsync();
        _slots.Dispose();
        SqliteConnection.ClearAllPools();
        Directory.Delete(_folder, recursive: true);
        GC.SuppressFinalize(this);
    }
}

/// <summary>Counts the statements sent to the database.</summary>
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

internal static class Answers
{
    public static int? StatusCode(this IResult result) => ((IStatusCodeHttpResult)result).StatusCode;

    public static (int Status, string? Code) Problem(this IResult result)
    {
        var problem = result.ShouldBeOfType<ProblemHttpResult>();
        return (problem.StatusCode, problem.ProblemDetails.Extensions["code"] as string);
    }
}
