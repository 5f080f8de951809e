using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using Npgsql;

namespace RideBooking.Benchmarks;

/// <summary>
/// Fills a PostgreSQL database with finished rides: each copies all rows of a ride that was really driven, with its own ids,
/// receipt and rider, and is half a second older than the next. The events follow in the log without a gap. Inbox and
/// outbox are not copied, as after a week; the recovery point is after the copies.
/// </summary>
/// <remarks>No other process may use the database meanwhile.</remarks>
sealed partial class History(NpgsqlConnection connection)
{
    const string Events = "event_log.events";
    const int RidesAtOnce = 5000;
    const int MillisecondsApart = 500;

    static readonly string[] s_schemas =
    [
        "analytics",
        "billing",
        "drivers",
        "event_log",
        "matching",
        "notifications",
        "payments",
        "rides",
    ];

    /// <summary>Copies the rides in equal shares, and brings the planner's statistics up to date.</summary>
    /// <param name="driven">Finished rides without unhandled events.</param>
    /// <param name="rides">The number of copies.</param>
    /// <param name="copied">Receives the number of copies so far.</param>
    /// <param name="cancellationToken">Cancels the copying and leaves a part of the copies.</param>
    /// <returns>The last position in the log.</returns>
    /// <exception cref="InvalidOperationException">The log has a gap afterwards.</exception>
    public async Task<long> Fill(
        IReadOnlyList<Guid> driven,
        int rides,
        Action<int> copied,
        CancellationToken cancellationToken
    )
    {
        var position = await Number("SELECT position FROM event_log.head", cancellationToken);
        var done = 0;
        // Finds all tables before the first copy, because the search reads every row.
        var originals = new List<List<Table>>();
        foreach (var ride in driven)
            originals.Add(await Copied(ride, rides, cancellationToken));
        for (var i = 0; i < driven.Count; i++)
        {
            var share = (int)((long)rides * (i + 1) / driven.Count);
            var tables = originals[i];
            var events = tables.Single(table => table.Name == Events).Rows;
            while (done < share)
            {
                var last = Math.Min(done + RidesAtOnce, share);
                foreach (var table in tables)
                    await Do(table.Insert, cancellationToken, done + 1, last, position);
                position += (long)events * (last - done);
                copied(done = last);
            }
        }
        await Do("UPDATE event_log.head SET position = $1", cancellationToken, position);
        await Do("UPDATE messaging.recovery_point SET position = $1", cancellationToken, position);
        // What was recorded of the copied events is copied too. Their hashes are not verified.
        await Do("UPDATE event_log.subscriptions SET position = $1", cancellationToken, position);
        await Do(
            $"""
            INSERT INTO event_log.hashes (position, hash)
            SELECT position, decode(md5(position::text), 'hex') FROM {Events} ON CONFLICT DO NOTHING
            """,
            cancellationToken
        );
        if (await Number($"SELECT count(position) FROM {Events}", cancellationToken) is var count && count != position)
            throw new InvalidOperationException($"The log's head is {position}, and it has {count} events.");
        await Do("VACUUM (ANALYZE)", cancellationToken);
        return position;
    }

    /// <summary>Finds the tables with rows of the ride, each with the statement that copies them: $1 to $2 are the copies' numbers, $3 the log's head.</summary>
    async Task<List<Table>> Copied(Guid ride, int rides, CancellationToken cancellationToken)
    {
        var (driver, offer, payment) = (
            await Text($"SELECT driver_id FROM rides.rides WHERE id = '{ride}'", cancellationToken),
            await Text($"SELECT offer_id::text FROM rides.rides WHERE id = '{ride}'", cancellationToken),
            await Text($"SELECT payment_id::text FROM payments.payments WHERE ride_id = '{ride}'", cancellationToken)
        );
        var tables = new List<Table>();
        foreach (var (table, columns) in await Columns(cancellationToken))
        {
            var order = table == Events ? "ORDER BY t.position" : "";
            var rows = await Rows(
                $"""
                SELECT {string.Join(", ", columns.Select(column => $"t.\"{column.Name}\"::text"))} FROM {table} t
                WHERE t::text ~ '{ride}|{offer}|{payment}' {order}
                """,
                cancellationToken
            );
            if (rows.Count == 0)
                continue;
            var values = rows.Select((row, number) => $"({string.Join(", ", Cells(row, number))})");
            tables.Add(
                new(
                    table,
                    rows.Count,
                    $"""
                    INSERT INTO {table} ({string.Join(", ", columns.Select(column => $"\"{column.Name}\""))})
                    SELECT copy.* FROM generate_series($1::bigint, $2::bigint) n
                    CROSS JOIN LATERAL (VALUES {string.Join(",\n", values)}) copy
                    """
                )
            );

            IEnumerable<string> Cells(string?[] row, int number) =>
                row.Select(
                    (text, i) =>
                        (columns[i], text) switch
                        {
                            ({ Name: "position" }, _) when table == Events =>
                                $"$3::bigint + (n - $1) * {rows.Count} + {number + 1}",
                            (var column, null) => $"NULL::{column.Type}",
                            ({ Type: "timestamp with time zone" }, _) =>
                                $"'{text}'::timestamptz - ({rides} + 1 - n) * interval '{MillisecondsApart} ms'",
                            (var column, _) => $"({Renamed(text, driver, rides)})::{column.Type}",
                        }
                );
        }
        return tables;
    }

    /// <summary>Returns an expression for the text with every id, except the driver's, replaced by the copy's own.</summary>
    static string Renamed(string text, string driver, int rides)
    {
        var (sql, at) = (new StringBuilder(), 0);
        foreach (Match id in Ids().Matches(text))
        {
            if (driver.Contains(id.Value, StringComparison.Ordinal))
                continue;
            sql.Append(Quoted(text[at..id.Index])).Append(" || ").Append(Own(id.Value, rides)).Append(" || ");
            at = id.Index + id.Length;
        }
        return sql.Append(Quoted(text[at..])).ToString();
    }

    static string Own(string id, int rides)
    {
        if (id.StartsWith("RB-", StringComparison.Ordinal))
            return $"'{id[..8]}' || regexp_replace(lpad(upper(to_hex(n)), 12, '0'), '(....)(....)(....)', '\\1-\\2-\\3')";

        var hex = $"md5('{id}' || n)";
        // A UUIDv7 begins with its time, and so do the copies' ids, so that indexes receive them in a realistic order.
        if (Guid.Parse(id) is { Version: 7 } uuid)
        {
            var milliseconds = long.Parse($"{uuid:n}"[..12], NumberStyles.HexNumber, CultureInfo.InvariantCulture);
            var time = $"to_hex({milliseconds} - ({rides} + 1 - n) * {MillisecondsApart})";
            hex = $"lpad({time}, 12, '0') || '7' || substr({hex}, 14)";
        }
        return id.Contains('-') ? $"({hex})::uuid::text" : hex;
    }

    static string Quoted(string text) => $"'{text.Replace("'", "''", StringComparison.Ordinal)}'";

    [GeneratedRegex(
        @"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}|(?<![0-9a-f])[0-9a-f]{32}(?![0-9a-f])|RB-\d{4}-\w{4}-\w{4}-\w{4}"
    )]
    private static partial Regex Ids();

    /// <summary>Lists the modules' tables with their columns, except those that the database numbers.</summary>
    async Task<IReadOnlyDictionary<string, List<(string Name, string Type)>>> Columns(
        CancellationToken cancellationToken
    ) => (
            await Rows(
                $"""
                SELECT a.attrelid::regclass::text, a.attname, format_type(a.atttypid, a.atttypmod)
                FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid AND c.relkind = 'r'
                WHERE c.relnamespace::regnamespace::text IN ({string.Join(", ", s_schemas.Select(Quoted))})
                  AND a.attnum > 0 AND NOT a.attisdropped AND a.attidentity = ''
                ORDER BY a.attrelid, a.attnum
                """,
                cancellationToken
            )
        ).GroupBy(row => row[0]!).ToDictionary(table => table.Key, table => table.Select(row => (row[1]!, row[2]!)).ToList(), StringComparer.Ordinal);

    async Task<List<string?[]>> Rows(string sql, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var rows = new List<string?[]>();
        while (await reader.ReadAsync(cancellationToken))
            rows.Add([
                .. Enumerable.Range(0, reader.FieldCount).Select(i => reader.IsDBNull(i) ? null : reader.GetString(i)),
            ]);
        return rows;
    }

    async Task<string> Text(string sql, CancellationToken cancellationToken) =>
        (await Rows(sql, cancellationToken)).Single()[0]!;

    async Task<long> Number(string sql, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(sql, connection) { CommandTimeout = 0 };
        return (long)(await command.ExecuteScalarAsync(cancellationToken))!;
    }

    async Task Do(string sql, CancellationToken cancellationToken, params long[] values)
    {
        await using var command = new NpgsqlCommand(sql, connection) { CommandTimeout = 0 };
        foreach (var value in values)
            command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = value });
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <param name="Name">The table's name with its schema.</param>
    /// <param name="Rows">The number of rows of one ride.</param>
    /// <param name="Insert">The statement that copies them.</param>
    sealed record Table(string Name, int Rows, string Insert);
}
