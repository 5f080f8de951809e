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
/// has finished when its call returns, and what it sent lies in the outbox until the lab delivers it. So a test decides
/// what arrives when, and nothing here waits. Timers fire only when a test says so.
/// </summary>
/// <remarks>
/// SQLite in a temporary folder; where <c>RIDEBOOKING_LAB_POSTGRES</c> holds a connection string, a database of the lab's
/// own on that server, to try the same races where transactions really run side by side.
/// </remarks>
public abstract class ModuleLab : IAsyncDisposable
{
    // As many as a process handles at once; the others wait, as they would in their queues.
    readonly SemaphoreSlim _hands = new(32);

    static readonly string? s_postgres = Environment.GetEnvironmentVariable("RIDEBOOKING_LAB_POSTGRES");

    readonly string _folder = Directory.CreateTempSubdirectory("ridebooking-lab-").FullName;
    readonly ServiceProvider _services;
    readonly DirectDispatcher _dispatcher;
    readonly ConcurrentQueue<object> _said = new();

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

    /// <summary>What the module has said of a kind, in the order in which the lab took it from the outbox.</summary>
    public IReadOnlyList<T> SaidOf<T>() => [.. _said.OfType<T>()];

    /// <summary>For tests that look at what only SQLite says.</summary>
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

    /// <summary>Delivers one message to whoever consumes it, and nothing that follows from it.</summary>
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

    /// <summary>Like <see cref="Settle"/>, but everything at once, and people act on what they are told.</summary>
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
                return; // and the outbox was empty after that: nothing can come any more
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

    /// <summary>Calls an endpoint's handler as the HTTP server would, in a scope of its own.</summary>
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

    /// <summary>Takes what lies in the outbox, as a broker that loses it would.</summary>
    public async Task<List<object>> TakeOutbox()
    {
        var messages = await _dispatcher.TakeOutbox();
        messages.ForEach(_said.Enqueue);
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

internal static class Answers
{
    public static int? StatusCode(this IResult result) => ((IStatusCodeHttpResult)result).StatusCode;

    public static (int Status, string? Code) Problem(this IResult result)
    {
        var problem = result.ShouldBeOfType<ProblemHttpResult>();
        return (problem.StatusCode, problem.ProblemDetails.Extensions["code"] as string);
    }
}
