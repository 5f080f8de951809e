using System.Data.Common;
using System.Globalization;
using System.Text.RegularExpressions;
using Microsoft.Data.Sqlite;
using Npgsql;

namespace RideBooking.IntegrationTests.FaultInjection;

/// <summary>Queries the application's database with SQL. <c>{rides.rides}</c> names a table on every database.</summary>
sealed partial class Database(bool sqlite, string connectionString)
{
    /// <summary>
    /// Selects each event and consumer without an inbox entry for the event. The inbox entries of other events of the same
    /// type tell which consumers handle it.
    /// </summary>
    public const string Unhandled = """
        WITH handled AS (
            SELECT DISTINCT e.event_type, i.consumer_id
            FROM {event_log.events} e JOIN {messaging.inbox_state} i ON i.message_id = e.event_id
        )
        SELECT e.event_type, e.event_id, h.consumer_id
        FROM {event_log.events} e JOIN handled h ON h.event_type = e.event_type
        WHERE NOT EXISTS (
            SELECT 1 FROM {messaging.inbox_state} i
            WHERE i.message_id = e.event_id AND i.consumer_id = h.consumer_id AND i.consumed IS NOT NULL
        )
        """;

    public bool IsSqlite => sqlite;

    public async Task<List<T>> Query<T>(string sql, Func<DbDataReader, T> read)
    {
        await using DbConnection connection = sqlite
            ? new SqliteConnection(connectionString)
            : new NpgsqlConnection(connectionString + ";Pooling=false");
        await connection.OpenAsync();
        await using var command = connection.CreateCommand();
#pragma warning disable CA2100 // the tests' own SQL
        command.CommandText = Table().Replace(sql, sqlite ? "$1_$2" : "$1.$2");
#pragma warning restore CA2100
        await using var reader = await command.ExecuteReaderAsync();
        var rows = new List<T>();
        while (await reader.ReadAsync())
            rows.Add(read(reader));
        return rows;
    }

    public Task Execute(string sql) => Query(sql, _ => 0);

    /// <summary>Counts the failed messages that wait for an operator or belong to a redrive.</summary>
    public Task<long> CountFailedMessages() =>
        Count("SELECT count(*) FROM {operations.failed_messages} WHERE status IN ('failed', 'redriving')");

    public async Task<long> Count(string sql) =>
        Convert.ToInt64((await Query(sql, row => row.GetValue(0))).Single(), CultureInfo.InvariantCulture);

    /// <summary>Describes the unfinished work, as evidence.</summary>
    public async Task<string> Unfinished()
    {
        string[] questions =
        [
            "SELECT 'ride', id, status, driver_id, offer_id, payment_status FROM {rides.rides} WHERE status <> 'Completed' OR payment_status <> 'Captured'",
            "SELECT 'search', ride_id, status, offer_id, attempts FROM {matching.searches} WHERE status <> 'Ended'",
            "SELECT 'offer', offer_id, ride_id, driver_id, status, expires_at FROM {matching.offers} WHERE active_ride_id IS NOT NULL",
            "SELECT 'candidate', driver_id, online, reserved_ride_id, reserved_offer_id FROM {matching.candidates}",
            "SELECT 'payment', ride_id, status, attempt FROM {payments.payments} WHERE status <> 'Captured'",
            "SELECT 'outbox', message_type, next_attempt_time, last_error FROM {messaging.outbox_message}",
            $"SELECT 'unhandled', event_type, event_id, consumer_id FROM ({Unhandled}) AS unhandled",
        ];
        var rows = new List<string>();
        foreach (var question in questions)
            rows.AddRange(
                await Query(
                    question,
                    row => string.Join(' ', Enumerable.Range(0, row.FieldCount).Select(column => Text(row, column)))
                )
            );
        return string.Join('\n', rows);
    }

    /// <summary>Reads a column as text, with ids in lower case on every database.</summary>
    public static string Text(DbDataReader row, int column) =>
        row.IsDBNull(column) ? ""
        : Convert.ToString(row.GetValue(column), CultureInfo.InvariantCulture) is { } text
        && Guid.TryParse(text, out var id)
            ? id.ToString()
        : Convert.ToString(row.GetValue(column), CultureInfo.InvariantCulture)!;

    public static decimal Number(DbDataReader row, int column) =>
        row.IsDBNull(column) ? 0 : Convert.ToDecimal(row.GetValue(column), CultureInfo.InvariantCulture);

    [GeneratedRegex(@"\{(\w+)\.(\w+)\}")]
    private static partial Regex Table();
}
