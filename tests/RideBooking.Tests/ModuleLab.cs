using System.Collections.Concurrent;
using System.Data.Common;
using System.Threading.Channels;
using MassTransit;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Diagnostics;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting.Internal;
using Microsoft.Extensions.Time.Testing;
using RideBooking.Platform;
using RideBooking.Platform.Hosting;
using RideBooking.Platform.Persistence;
using RideBooking.Tests.Messaging;

namespace RideBooking.Tests;

/// <summary>
/// One module on a real database, behind the platform's own retry, inbox and outbox, with the lab as the broker: a consumer
/// has finished when its call returns, and the messages it sent stay in the outbox until the lab delivers them. So a test
/// decides the order of deliveries without waiting. Timers fire only when a test fires them.
/// </summary>
/// <remarks>
/// SQLite in a temporary folder; if <c>RIDEBOOKING_LAB_POSTGRES</c> holds a connection string, a separate database on that
/// server, to test the same races with concurrent transactions.
/// </remarks>
public abstract class ModuleLab : IAsyncDisposable
{
    // The number of messages a process handles at once; the others wait, as in their queues.
    readonly SemaphoreSlim _hands = new(32);

    static readonly string? s_postgres = Environment.GetEnvironmentVariable("RIDEBOOKING_LAB_POSTGRES");

    readonly string _folder = Directory.CreateTempSubdirectory("ridebooking-lab-").FullName;
    readonly ServiceProvider _services;
    readonly DirectDispatcher _dispatcher;
    readonly ConcurrentQueue<object> _sent = new();

    protected ModuleLab(IModule module, Dictionary<string, string?>? settings = null)
    {
        ArgumentNullException.ThrowIfNull(module);
        var configuration = new ConfigurationBuilder()
            .AddInMemoryCollection(
                new Dictionary<string, string?>
                {
                    ["Database:Provider"] = s_postgres is null ? "Sqlite" : "Postgres",
                    ["ConnectionStrings:RideBooking"] = s_postgres is null
                        ? $"Data Source={Path.Combine(_folder, "lab.db")}"
                        : $"{s_postgres};Database=lab_{Guid.CreateVersion7():N}",
                    ["Messaging:Redelivery"] = "",
                    ["Messaging:Retry"] =
                        "00:00:00.001,00:00:00.010,00:00:00.020,00:00:00.050,00:00:00.100,00:00:00.200",
                }
            )
            .AddInMemoryCollection(settings ?? [])
            .Build();
        var services = new ServiceCollection();
        services.AddLogging();
        services.AddSingleton<TimeProvider>(Clock);
        services.AddSingleton(module);
        module.AddServices(services, configuration);
        var database = services.AddPersistence(configuration);
        services.ConfigureDbContext<PostgresAppDbContext>(db => db.AddInterceptors(Statements));
        services.ConfigureDbContext<SqliteAppDbContext>(db =>
            db.AddInterceptors(Statements, new SqliteSynchronousOff())
        );
        services.AddMessagingServices(configuration, new HostingEnvironment(), database, [module]);
        _services = services.BuildServiceProvider(validateScopes: true);

        _dispatcher = new DirectDispatcher(_services).Add(module);
    }

    public FakeTimeProvider Clock { get; } = new(new DateTimeOffset(2026, 1, 10, 10, 0, 0, TimeSpan.Zero));

    public StatementCounter Statements { get; } = new();

    public DateTimeOffset Now => Clock.GetUtcNow();

    /// <summary>The messages of a type that the module sent, in the order in which the lab took them from the outbox.</summary>
    public IReadOnlyList<T> SentOf<T>() => [.. _sent.OfType<T>()];

    /// <summary>True on SQLite, for tests of SQLite's query plans.</summary>
    public static bool IsOnSqlite => s_postgres is null;

    protected async Task CreateDatabase() =>
        await In(async db =>
        {
            await Tables.CreateIn(db, Stop);
            return s_postgres is null ? await db.Database.ExecuteSqlRawAsync("PRAGMA journal_mode=WAL", Stop) : 0;
        });

    public static CancellationToken Stop => TestContext.Current.CancellationToken;

    /// <summary>Uses the database outside any message.</summary>
    public async Task<T> In<T>(Func<AppDbContext, Task<T>> use)
    {
        await using var scope = _services.CreateAsyncScope();
        return await use(scope.ServiceProvider.GetRequiredService<AppDbContext>());
    }

    public Task<List<T>> All<T>()
        where T : class => In(db => db.Set<T>().AsNoTracking().ToListAsync(Stop));

    /// <summary>Delivers one message to its consumers, without the messages that follow from it.</summary>
    public async Task Deliver(object message, Guid? messageId = null)
    {
        await _hands.WaitAsync(Stop);
        try
        {
            await _dispatcher.Dispatch(message, messageId);
        }
        finally
        {
            _hands.Release();
        }
    }

    /// <summary>Delivers one message and everything that follows from it.</summary>
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
        await _hands.WaitAsync(Stop);
        try
        {
            await using var scope = _services.CreateAsyncScope();
            var services = scope.ServiceProvider;
            var result = await handle(
                services.GetRequiredService<AppDbContext>(),
                services.GetRequiredService<IPublishEndpoint>()
            );
            return result is INestedHttpResult union ? union.Result : result;
        }
        finally
        {
            _hands.Release();
        }
    }

    /// <summary>Takes the messages from the outbox without delivering them, as a broker that loses them would.</summary>
    public async Task<List<object>> TakeOutbox()
    {
        var messages = await _dispatcher.TakeOutbox();
        messages.ForEach(_sent.Enqueue);
        return messages;
    }

    public async ValueTask DisposeAsync()
    {
        if (s_postgres is not null)
            await In(db => db.Database.EnsureDeletedAsync(CancellationToken.None));
        await _services.DisposeAsync();
        _hands.Dispose();
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
