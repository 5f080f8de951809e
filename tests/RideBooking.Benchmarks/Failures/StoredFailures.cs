using Npgsql;

namespace RideBooking.Benchmarks.Failures;

/// <summary>Reads the store of failed messages, beside the host.</summary>
sealed class StoredFailures(SystemUnderTest system)
{
    const string Table = "operations.failed_messages";
    static readonly TimeSpan s_poll = TimeSpan.FromMilliseconds(100);
    static readonly TimeSpan s_stall = TimeSpan.FromMinutes(2);

    /// <summary>Counts the messages of all states.</summary>
    public async Task<long> Count() => (await Rows($"SELECT count(*) FROM {Table}", row => row.GetInt64(0))).Single();

    /// <summary>Counts the messages by state, outcome, and whether they were edited.</summary>
    public Task<List<(string State, string? Outcome, bool Edited, long Count)>> ByState() =>
        Rows(
            $"SELECT status, outcome, edits > 0, count(*) FROM {Table} GROUP BY 1, 2, 3 ORDER BY 1, 2, 3",
            row => (row.GetString(0), row.IsDBNull(1) ? null : row.GetString(1), row.GetBoolean(2), row.GetInt64(3))
        );

    /// <summary>Returns the id of a message of a ride.</summary>
    public async Task<string> OneOf(Guid ride) =>
        (await Rows($"SELECT id FROM {Table} WHERE ride_id = '{ride}' LIMIT 1", row => row.GetString(0))).Single();

    /// <summary>Waits until the queues are empty and the messages are in the store.</summary>
    /// <exception cref="TimeoutException">For a long time no message has come to the store.</exception>
    public async Task WaitFor(
        long messages,
        ErrorQueuePublisher publisher,
        IReadOnlyList<string> queues,
        Action<long> left,
        CancellationToken cancellationToken
    )
    {
        using var stall = new CancellationTokenSource(s_stall);
        for (var last = long.MaxValue; ; await Task.Delay(s_poll, cancellationToken))
        {
            // A queue is counted faster than a table.
            var depth = await publisher.Depth(queues, cancellationToken);
            left(depth);
            if (depth == 0 && await Count() >= messages)
                return;
            if (depth < last)
                stall.CancelAfter(s_stall);
            last = depth;
            if (stall.IsCancellationRequested)
                throw new TimeoutException(
                    $"{await Count()} of {messages} messages are in the store, and {depth} in their queues. {system.Output}"
                );
        }
    }

    /// <summary>Deletes all messages, as operators do after their retention period.</summary>
    public async Task Clear()
    {
        await Do($"TRUNCATE {Table}");
        await Analyze();
    }

    /// <summary>Brings the planner's statistics up to date, as the database does within minutes.</summary>
    public Task Analyze() => Do($"VACUUM (ANALYZE) {Table}");

    async Task Do(string sql)
    {
        await using var connection = (NpgsqlConnection)await system.OpenDatabase();
        await using var command = new NpgsqlCommand(sql, connection) { CommandTimeout = 0 };
        await command.ExecuteNonQueryAsync();
    }

    async Task<List<T>> Rows<T>(string sql, Func<NpgsqlDataReader, T> read)
    {
        await using var connection = (NpgsqlConnection)await system.OpenDatabase();
        await using var command = new NpgsqlCommand(sql, connection) { CommandTimeout = 0 };
        await using var rows = await command.ExecuteReaderAsync();
        var result = new List<T>();
        while (await rows.ReadAsync())
            result.Add(read(rows));
        return result;
    }
}
