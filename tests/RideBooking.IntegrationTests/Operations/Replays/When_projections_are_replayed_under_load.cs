using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;
using MassTransit.Serialization;
using Npgsql;
using RideBooking.Contracts;
using RideBooking.EventLog;
using RideBooking.IntegrationTests.Rides;
using RideBooking.Platform.Messaging;
using RideBooking.TestKit.Api;
using RideBooking.TestKit.Contracts;

namespace RideBooking.IntegrationTests.Operations.Replays;

/// <summary>Replays while other processes append events and the host is killed, on PostgreSQL.</summary>
public sealed class When_projections_are_replayed_under_load(RideBookingOnPostgres app)
    : IClassFixture<RideBookingOnPostgres>
{
    const int Writers = 4;
    const int RidesBefore = 400;
    const int MaxRidesPerWriter = 150;
    const int RidesAfter = 200;

    static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Their_rows_and_live_ones_equal_those_of_a_replay_without_load_byte_for_byte()
    {
        RequiredMembers.Enforce();
        await using var database = NpgsqlDataSource.Create(app.Host is not null ? app.ConnectionString : "");
        var before = await Task.WhenAll(
            Enumerable.Range(0, Writers).Select(_ => Append(database, RidesBefore / Writers))
        );
        using var enough = CancellationTokenSource.CreateLinkedTokenSource(Stop);
        var writers = Enumerable
            .Range(0, Writers)
            .Select(_ => Append(database, MaxRidesPerWriter, enough.Token))
            .ToList();

        var names = await Projections();
        var replays = await Start(names, ratePerSecond: 200);
        for (var kills = 0; kills < 2; kills++)
        {
            var position = await Progress(replays);
            await Until("the replays go on", async () => await Progress(replays) > position);
            await app.KillAndStartAgain();
        }
        await Complete(replays);
        await enough.CancelAsync();
        var rides = before.Sum() + (await Task.WhenAll(writers)).Sum();
        // The live subscriptions write the rows of these, and their host is killed, too.
        var after = Enumerable.Range(0, Writers).Select(_ => Append(database, RidesAfter / Writers)).ToList();
        await app.KillAndStartAgain();
        rides += (await Task.WhenAll(after)).Sum();
        await CaughtUp();
        var underLoad = await Rows(database);

        await Complete(await Start(names, ratePerSecond: null));
        await CaughtUp();

        (await Rows(database)).ShouldBe(underLoad);
        underLoad.Count(row => row.StartsWith("analytics.ride_facts|", StringComparison.Ordinal)).ShouldBe(rides);
    }

    async Task<List<string>> Projections() =>
        [
            .. (await (await app.City.Operator()).Get("operations/subscriptions")).ShouldBe(HttpStatusCode.OK).Body![
                "items"
            ]!
                .AsArray()
                .Select(subscription => subscription!["name"]!.GetValue<string>()),
        ];

    async Task<List<string>> Start(IEnumerable<string> projections, int? ratePerSecond)
    {
        var operations = await app.City.Operator();
        List<string> replays = [];
        foreach (var projection in projections)
            replays.Add((
                    await operations.Post(
                        "operations/replays",
                        new JsonObject
                        {
                            ["projection"] = projection,
                            ["reason"] = "its code has changed",
                            ["ratePerSecond"] = ratePerSecond,
                        }
                    )
                ).ShouldBe(HttpStatusCode.Accepted).Text("id"));
        return replays;
    }

    async Task<long> Progress(IEnumerable<string> replays)
    {
        var operations = await app.City.Operator();
        var sum = 0L;
        foreach (var replay in replays)
            sum += (await operations.Get($"operations/replays/{replay}")).Body!["position"]!.GetValue<long>();
        return sum;
    }

    Task Complete(IEnumerable<string> replays) =>
        Until(
            "the replays are completed",
            async () =>
            {
                var operations = await app.City.Operator();
                foreach (var replay in replays)
                    if ((await operations.Get($"operations/replays/{replay}")).Text("status") != "completed")
                        return false;
                return true;
            }
        );

    Task CaughtUp() =>
        Until(
            "the subscriptions have read everything, and old rows are deleted",
            async () =>
            {
                var operations = await app.City.Operator();
                var subscriptions = (await operations.Get("operations/subscriptions")).Body!["items"]!.AsArray();
                await using var database = NpgsqlDataSource.Create(app.ConnectionString);
                return subscriptions.All(it => it!["lag"]!.GetValue<long>() == 0 && it["parked"]!.GetValue<int>() == 0)
                    && await Scalar(database, "SELECT COUNT(*) FROM event_log.subscriptions WHERE NOT is_live") == 0
                    && await Scalar(database, "SELECT COUNT(*) FROM event_log.events WHERE position IS NULL") == 0;
            }
        );

    static Task Until(string what, Func<Task<bool>> isTrue) => WaitFor.TrueAsync(what, isTrue, TimeSpan.FromMinutes(2));

    // Each event in a transaction of its own, as another host would append it.
    static async Task<int> Append(NpgsqlDataSource database, int rides, CancellationToken enough = default)
    {
        var count = 0;
        for (; count < rides && !enough.IsCancellationRequested; count++)
        {
            var ride = Guid.CreateVersion7();
            var at = DateTimeOffset.UtcNow;
            foreach (var happened in EventsOf(ride, at))
            {
                var type = EventCatalogue.Published.Find(happened.GetType())!;
                await using var insert = database.CreateCommand(
                    """
                    INSERT INTO event_log.events (event_id, event_type, version, timestamp, source, stream_id, payload)
                    VALUES ($1, $2, $3, $4, $5, $6, $7)
                    """
                );
                foreach (
                    var value in new object[]
                    {
                        Guid.CreateVersion7(),
                        type.Name,
                        type.Version,
                        at,
                        type.Source,
                        ride.ToString(),
                        JsonSerializer.Serialize(happened, type.Type, SystemTextJsonMessageSerializer.Options),
                    }
                )
                    insert.Parameters.Add(new NpgsqlParameter { Value = value });
                await insert.ExecuteNonQueryAsync(Stop);
            }
        }
        return count;
    }

    static IEnumerable<object> EventsOf(Guid ride, DateTimeOffset at)
    {
        var rider = $"rider-{Random.Shared.Next(50)}";
        var fare = Samples.Euro(12.40m);
        yield return Events.RideRequested(ride, at, rider);
        yield return Events.DriverAssigned(ride, at, rider);
        yield return Events.RideCompleted(ride, at, rider);
        yield return Events.FareFinalized(ride, at, fare, rider);
        yield return new PaymentCaptured(ride, rider, Guid.CreateVersion7(), fare, 1, at);
    }

    /// <summary>All rows of all projections, as text without the generation.</summary>
    static async Task<List<string>> Rows(NpgsqlDataSource database)
    {
        List<string> tables = [];
        await using (
            var query = database.CreateCommand(
                """
                SELECT table_schema || '.' || table_name FROM information_schema.columns
                WHERE column_name = 'generation' AND table_schema <> 'event_log' ORDER BY 1
                """
            )
        )
        await using (var reader = await query.ExecuteReaderAsync(Stop))
            while (await reader.ReadAsync(Stop))
                tables.Add(reader.GetString(0));
        tables.Count.ShouldBeGreaterThanOrEqualTo(3);

        List<string> rows = [];
        foreach (var table in tables)
        {
            await using var query = database.CreateCommand(
                $"SELECT '{table}|' || (to_jsonb(row) - 'generation')::text FROM {table} AS row"
            );
            await using var reader = await query.ExecuteReaderAsync(Stop);
            while (await reader.ReadAsync(Stop))
                rows.Add(reader.GetString(0));
        }
        rows.Sort(StringComparer.Ordinal);
        return rows;
    }

    static async Task<long> Scalar(NpgsqlDataSource database, string sql)
    {
        await using var query = database.CreateCommand(sql);
        return (long)(await query.ExecuteScalarAsync(Stop))!;
    }
}
