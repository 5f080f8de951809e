using System.Collections.Concurrent;
using System.Data.Common;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Diagnostics;
using Microsoft.Extensions.DependencyInjection;
using RideBooking.Platform.Persistence;
using RideBooking.TestKit.Api;
using RideBooking.Tests.Host;

namespace RideBooking.Tests.Operations.Redrives;

/// <summary>
/// The embedded host with a database that a test makes fail. There is no redelivery: failed messages go to the error queue at once.
/// </summary>
public sealed class TroubledHost() : HostInProcess(("Messaging:Retry", "00:00:00.001"), ("Messaging:Redelivery", ""))
{
    internal FailingDatabase Fails { get; } = new();

    protected override void Configure(IServiceCollection services) =>
        services.ConfigureDbContext<SqliteAppDbContext>(db => db.AddInterceptors(Fails));
}

/// <summary>Throws instead of executing the statements that a test selects, and counts them.</summary>
internal sealed class FailingDatabase : DbCommandInterceptor
{
    readonly ConcurrentQueue<string> _thrown = new();

    /// <summary>Returns the exception to throw for a statement, or null.</summary>
    public Func<string, Exception?> With { get; set; } = _ => null;

    /// <summary>Counts the failed statements that contain this text.</summary>
    public int Failures(string of) => _thrown.Count(sql => sql.Contains(of, StringComparison.Ordinal));

    /// <summary>Waits until a statement that contains this text has failed.</summary>
    public Task Until(string of) =>
        WaitFor.TrueAsync($"a statement with {of} has failed", () => Task.FromResult(Failures(of) > 0));

    public override InterceptionResult<DbDataReader> ReaderExecuting(
        DbCommand command,
        CommandEventData eventData,
        InterceptionResult<DbDataReader> result
    ) => Fail(command, result);

    public override ValueTask<InterceptionResult<DbDataReader>> ReaderExecutingAsync(
        DbCommand command,
        CommandEventData eventData,
        InterceptionResult<DbDataReader> result,
        CancellationToken cancellationToken = default
    ) => ValueTask.FromResult(Fail(command, result));

    public override ValueTask<InterceptionResult<int>> NonQueryExecutingAsync(
        DbCommand command,
        CommandEventData eventData,
        InterceptionResult<int> result,
        CancellationToken cancellationToken = default
    ) => ValueTask.FromResult(Fail(command, result));

    T Fail<T>(DbCommand command, T otherwise)
    {
        if (With(command.CommandText) is not { } fault)
            return otherwise;
        _thrown.Enqueue(command.CommandText);
        throw fault;
    }
}

/// <summary>Messages of rides fail, and an operator redrives them once the cause is fixed.</summary>
public sealed class When_rides_fail_on_the_embedded_default : IAsyncLifetime
{
    const int Rides = 4;
    const string Invoice = "INSERT INTO \"billing_invoices\"";
    const string Ledger = "FROM \"payments_sandbox_ledger\"";

    readonly TroubledHost _host = new();

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public ValueTask DisposeAsync() => _host.DisposeAsync();

    [Fact]
    public async Task Are_each_paid_once_after_a_bug_in_billing_is_fixed_and_its_error_queue_redriven()
    {
        _host.Fails.With = sql =>
            sql.Contains(Invoice, StringComparison.Ordinal) ? new InvalidOperationException("A bug.") : null;
        var rides = await Drive();
        var operations = await _host.City.Operator();
        await operations.FindIn("compute-fare_error", Rides);

        _host.Fails.With = _ => null;
        await operations.RedriveAll();

        await EachIsPaidOnce(operations, rides);
        (await operations.ErrorQueues()).ShouldBeEmpty();
    }

    [Fact]
    public async Task Are_each_paid_once_after_a_database_outage_and_a_redrive_of_all_error_queues()
    {
        // Each fare fails; and when the last ride has been driven and its fare is tried, the rest of the database fails too.
        _host.Fails.With = sql =>
            sql.Contains(Invoice, StringComparison.Ordinal) ? new SqliteException("A bug.", 1) : null;
        var first = await Drive(from: 0, to: Rides - 1);
        var operations = await _host.City.Operator();
        await operations.FindIn("compute-fare_error", Rides - 1);
        using var driven = new ManualResetEventSlim();
        var unavailable = false;
        _host.Fails.With = sql =>
        {
            if (sql.Contains(Invoice, StringComparison.Ordinal))
            {
                driven.Wait(WaitFor.Limit, TestContext.Current.CancellationToken);
                Volatile.Write(ref unavailable, true);
            }
            return Volatile.Read(ref unavailable) ? Full() : null;
        };
        var last = await Drive(from: Rides - 1, to: Rides);
        driven.Set();
        List<(Rider, string)> rides = [.. first, .. last];
        await _host.Fails.Until(Invoice);

        _host.Fails.With = _ => null;
        // The last failed messages may reach the error queue only after the operator has listed it, or succeed at a
        // retry: so the operator repeats the redrive, and the number of messages is not checked.
        await WaitFor.TrueAsync(
            "every ride has its receipt and no error queue holds a message",
            async () =>
            {
                await operations.RedriveAll();
                return (await Ask("SELECT 1 FROM event_log_events WHERE event_type = 'ReceiptIssued'")).Count == Rides
                    && (await operations.ErrorQueues()).Count == 0;
            }
        );

        await EachIsPaidOnce(operations, rides);

        static SqliteException Full() => new("database or disk is full", 13);
    }

    // Otherwise a process that dies in between would lose it. A call of the gateway holds no transaction for which others wait.
    [Fact]
    public async Task Are_kept_until_the_redriven_messages_are_handled()
    {
        _host.Fails.With = sql =>
            sql.Contains(Ledger, StringComparison.Ordinal) ? new InvalidOperationException("A bug.") : null;
        var rides = await Drive();
        var operations = await _host.City.Operator();
        await operations.FindIn("call-gateway_error", Rides);

        using var goOn = new ManualResetEventSlim();
        _host.Fails.With = sql =>
        {
            if (sql.Contains(Ledger, StringComparison.Ordinal))
                goOn.Wait(WaitFor.Limit, TestContext.Current.CancellationToken);
            return null;
        };
        await operations.Redrive("call-gateway_error");
        await operations.FindIn("call-gateway_error", 0);
        (await Kept()).ShouldBe(Rides);

        goOn.Set();
        await EachIsPaidOnce(operations, rides);
        await WaitFor.TrueAsync("handled messages are no longer kept", async () => await Kept() == 0);

        async Task<long> Kept() =>
            (long)(await Ask("SELECT count(*) FROM operations_failed_messages WHERE status = 'redriving'")).Single();
    }

    /// <summary>Completes several rides, one after the other.</summary>
    async Task<IReadOnlyList<(Rider Rider, string Ride)>> Drive(int from = 0, int to = Rides)
    {
        List<(Rider, string)> rides = [];
        for (var number = from; number < to; number++)
        {
            var place = City.Place(52.5 + number, 13.4);
            var driver = await _host.City.DriverAt(place);
            var rider = await _host.City.Rider();
            var ride = await rider.Request(place, City.Place(52.5 + number, 13.5));
            await driver.Drives(ride);
            rides.Add((rider, ride));
        }
        return rides;
    }

    async Task EachIsPaidOnce(Person operations, IReadOnlyList<(Rider Rider, string Ride)> rides)
    {
        foreach (var (rider, ride) in rides)
        {
            await rider.SeesPayment(ride, "captured");
            await operations.WasPaidOnce(ride);
        }
        var charged = await Ask("SELECT reference FROM payments_sandbox_ledger WHERE outcome = 'captured'");
        charged.ShouldBe(
            rides.Select(paid => (object)paid.Ride),
            ignoreOrder: true,
            "the gateway took money once for each"
        );
    }

    async Task<IReadOnlyList<object>> Ask(string sql)
    {
        await using var database = new SqliteConnection(_host.ConnectionString);
        await database.OpenAsync(TestContext.Current.CancellationToken);
        await using var command = database.CreateCommand();
        command.CommandText = sql;
        List<object> values = [];
        await using var reader = await command.ExecuteReaderAsync(TestContext.Current.CancellationToken);
        while (await reader.ReadAsync(TestContext.Current.CancellationToken))
            values.Add(reader.GetValue(0));
        return values;
    }
}
