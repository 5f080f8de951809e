using System.Collections.Concurrent;
using System.Data.Common;
using MassTransit.EntityFrameworkCoreIntegration;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Diagnostics;

namespace RideBooking.MassTransitOnEntityFramework;

public sealed class When_the_inbox_is_cleaned_up
{
    const int Old = 250;
    const int Young = 5000;

    static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory]
    [MemberData(nameof(ConformanceServers.Databases), MemberType = typeof(ConformanceServers))]
    public async Task Entries_older_than_the_window_are_deleted_whether_completed_or_not_and_no_table_is_scanned(
        string provider
    )
    {
        await using var servers = await ConformanceServers.StartAsync(provider);
        var deletes = new Deletes();
        await using var bench = await Bench.BuildAsync(
            servers,
            new Bench.Settings
            {
                Context = options => options.AddInterceptors(deletes),
                Outbox = outbox => outbox.DuplicateDetectionWindow = TimeSpan.FromDays(7),
            }
        );
        var now = bench.Clock.GetUtcNow().UtcDateTime;
        await bench.In(async office =>
        {
            office.AddRange(Entries(Old, now.AddDays(-8)));
            office.AddRange(Entries(Young, now.AddDays(-6)));
            await office.SaveChangesAsync(Stop);
            return office.Database.IsNpgsql() ? await office.Database.ExecuteSqlRawAsync("ANALYZE", Stop) : 0;
        });

        await bench.StartAsync();
        await WaitFor.TrueAsync(
            "the old inbox entries are deleted",
            async () =>
            {
                bench.Clock.Advance(TimeSpan.FromSeconds(10));
                return await bench.Count<InboxState>() == Young;
            }
        );

        deletes.Taken.ShouldNotBeEmpty();
        await bench.In(async office =>
        {
            if (office.Database.IsSqlServer())
                return 0; // has no EXPLAIN
            foreach (var (sql, parameters) in deletes.Taken)
            {
                var plan = await Explain(office, sql, parameters);
                plan.ShouldNotContain(
                    office.Database.IsSqlite() ? "SCAN" : "Seq Scan",
                    Case.Sensitive,
                    $"{sql}\n{plan}"
                );
            }
            return 0;
        });
    }

    // Every other entry belongs to a handling that was never completed.
    static IEnumerable<InboxState> Entries(int count, DateTime received) =>
        Enumerable
            .Range(0, count)
            .Select(number => new InboxState
            {
                MessageId = Guid.CreateVersion7(),
                ConsumerId = Guid.CreateVersion7(),
                Received = received.AddMilliseconds(number),
                Consumed = number % 2 == 0 ? received : null,
            });

    static async Task<string> Explain(DbContext context, string sql, (string Name, object? Value)[] parameters)
    {
        await context.Database.OpenConnectionAsync(Stop);
        await using var command = context.Database.GetDbConnection().CreateCommand();
#pragma warning disable CA2100 // SQL of EF Core
        command.CommandText = (context.Database.IsSqlite() ? "EXPLAIN QUERY PLAN " : "EXPLAIN ") + sql;
#pragma warning restore CA2100
        foreach (var (name, value) in parameters)
        {
            var parameter = command.CreateParameter();
            (parameter.ParameterName, parameter.Value) = (name, value);
            command.Parameters.Add(parameter);
        }
        await using var reader = await command.ExecuteReaderAsync(Stop);
        var lines = new List<string>();
        while (await reader.ReadAsync(Stop))
            lines.Add(reader.GetValue(reader.FieldCount - 1).ToString()!);
        return string.Join('\n', lines);
    }

    /// <summary>Collects the cleanup's statements: the deletes, and the query before each.</summary>
    sealed class Deletes : DbCommandInterceptor
    {
        readonly ConcurrentQueue<(string, (string, object?)[])> _taken = new();

        public IReadOnlyCollection<(string Sql, (string Name, object? Value)[] Parameters)> Taken => _taken;

        public override ValueTask<InterceptionResult<int>> NonQueryExecutingAsync(
            DbCommand command,
            CommandEventData eventData,
            InterceptionResult<int> result,
            CancellationToken cancellationToken = default
        )
        {
            Take(command, eventData, "DELETE FROM");
            return ValueTask.FromResult(result);
        }

        public override ValueTask<InterceptionResult<DbDataReader>> ReaderExecutingAsync(
            DbCommand command,
            CommandEventData eventData,
            InterceptionResult<DbDataReader> result,
            CancellationToken cancellationToken = default
        )
        {
            Take(command, eventData, "ORDER BY");
            return ValueTask.FromResult(result);
        }

        void Take(DbCommand command, CommandEventData eventData, string which)
        {
            var inbox = eventData.Context!.Model.FindEntityType(typeof(InboxState))!.GetTableName()!;
            if (
                command.CommandText.Contains($"\"{inbox}\"", StringComparison.Ordinal)
                && command.CommandText.Contains(which, StringComparison.Ordinal)
            )
                _taken.Enqueue(
                    (
                        command.CommandText,
                        [.. command.Parameters.Cast<DbParameter>().Select(p => (p.ParameterName, p.Value))]
                    )
                );
        }
    }
}
