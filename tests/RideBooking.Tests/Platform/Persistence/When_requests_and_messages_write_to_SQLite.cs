using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Diagnostics;
using RideBooking.Platform.Persistence;
using RideBooking.TestKit.Persistence;

namespace RideBooking.Tests.Platform.Persistence;

/// <summary>One writer at a time, in two alternating queues, so that messages do not wait for all requests.</summary>
public sealed class When_requests_and_messages_write_to_SQLite : IAsyncLifetime
{
    readonly string _folder = Directory.CreateTempSubdirectory("ridebooking-gate-").FullName;
    readonly SqliteWriteGate _gate = new();

    static CancellationToken Stop => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        await using var db = Open();
        await db.Database.ExecuteSqlRawAsync("CREATE TABLE writes (name TEXT)", Stop);
    }

    public ValueTask DisposeAsync()
    {
        SqliteConnection.ClearAllPools();
        Directory.Delete(_folder, recursive: true);
        return ValueTask.CompletedTask;
    }

    [Fact]
    public async Task They_alternate_each_in_order()
    {
        await using var db = Open();
        var first = await db.Database.BeginTransactionAsync(Stop);
        List<Task> writers =
        [
            Writes("request 1", isRequest: true),
            Writes("request 2", isRequest: true),
            Writes("request 3", isRequest: true),
            Writes("request 4", isRequest: true),
            Writes("group 1", isRequest: false),
            Writes("group 2", isRequest: false),
        ];

        await first.DisposeAsync();

        await Task.WhenAll(writers);
        (await Order()).ShouldBe(["request 1", "group 1", "request 2", "group 2", "request 3", "request 4"]);
    }

    [Fact]
    public async Task A_statement_without_a_transaction_waits_in_the_queue_too()
    {
        await using var db = Open();
        var first = await db.Database.BeginTransactionAsync(Stop);
        List<Task> writers =
        [
            Updates("statement 1"),
            Writes("request 2", isRequest: true),
            Updates("statement 3"),
            Writes("group 1", isRequest: false),
        ];

        await first.DisposeAsync();

        await Task.WhenAll(writers);
        (await Order()).ShouldBe(["statement 1", "group 1", "request 2", "statement 3"]);
    }

    [Fact]
    public async Task A_cancelled_writer_is_skipped()
    {
        await using var db = Open();
        var first = await db.Database.BeginTransactionAsync(Stop);
        using var givingUp = new CancellationTokenSource();
        var givesUp = Writes("gives up", isRequest: true, givingUp.Token);
        var next = Writes("next", isRequest: true);

        await givingUp.CancelAsync();
        await Should.ThrowAsync<OperationCanceledException>(() => givesUp);
        await first.DisposeAsync();

        await next;
        (await Order()).ShouldBe(["next"]);
    }

    // It is in its queue when this returns.
    async Task Writes(string name, bool isRequest, CancellationToken? givenUp = null)
    {
        if (isRequest)
            SqliteWriteGate.BeginRequest();
        await using var db = Open();
        await using var transaction = await db.Database.BeginTransactionAsync(givenUp ?? Stop);
        await Write(db, name);
        await transaction.CommitAsync(Stop);
    }

    async Task Updates(string name)
    {
        SqliteWriteGate.BeginRequest();
        await using var db = Open();
        await Write(db, name);
    }

    static Task<int> Write(SqliteAppDbContext db, string name) =>
        db.Database.ExecuteSqlAsync($"INSERT INTO writes VALUES ({name})", Stop);

    async Task<List<string>> Order()
    {
        await using var db = Open();
        return await db.Database.SqlQuery<string>($"SELECT name AS Value FROM writes ORDER BY rowid").ToListAsync(Stop);
    }

    SqliteAppDbContext Open() =>
        new(
            (DbContextOptions<SqliteAppDbContext>)
                new DbContextOptionsBuilder<SqliteAppDbContext>()
                    .UseSqlite($"Data Source={Path.Combine(_folder, "gate.db")}")
                    .UseOpenConnection(_gate)
                    .ConfigureWarnings(log => log.Ignore(CoreEventId.ManyServiceProvidersCreatedWarning))
                    .AddInterceptors(new SqliteSynchronousOff())
                    .Options
        );
}
