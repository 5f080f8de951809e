using RideBooking.IntegrationTests.FaultInjection;
using RideBooking.IntegrationTests.Infrastructure;
using RideBooking.TestKit.Servers;

namespace RideBooking.IntegrationTests.Platform.Messaging.Partitions;

/// <summary>Three hosts that share a broker and a database, and divide a ride's messages among them.</summary>
[Collection(typeof(OnServersToStop))]
public sealed class When_three_replicas_share_rides(ServersToStop servers) : IAsyncDisposable
{
    const int Rides = 24;
    const int Drivers = 12;

    public async ValueTask DisposeAsync() => await servers.Done();

    [Fact]
    public async Task Take_effect_in_their_order_while_replicas_are_killed_stopped_and_started()
    {
        var settings = await Settings(partitions: 3);
        List<HostProcess> hosts =
        [
            .. await Task.WhenAll(Enumerable.Range(0, 3).Select(_ => HostProcess.StartAsync(settings))),
        ];
        try
        {
            // No requests go to the host that stops permanently: they would never be answered.
            var (killed, stopped, staying) = (0, 1, 2);
            using var rush = new Rush(Rides, Drivers, hosts[killed].Address, hosts[staying].Address);
            await rush.Begin();

            await rush.Paid(atLeast: 3);
            await hosts[killed].KillAsync();
            // Half of the riders and drivers now have no host.
            await rush.Paid(atLeast: 4);
            await hosts[stopped].StopAsync();
            await StartAgain(killed);
            await rush.Ended(() => Database(settings).Unfinished());

            (await OutOfOrder(Database(settings))).ShouldBeEmpty();
            (
                await Database(settings)
                    .Count("SELECT count(*) FROM {payments.sandbox_ledger} WHERE outcome = 'captured'")
            ).ShouldBe(Rides, "each was paid once");
        }
        finally
        {
            foreach (var host in hosts)
                await host.DisposeAsync();
        }

        async Task StartAgain(int number)
        {
            var dead = hosts[number];
            await dead.DisposeAsync();
            hosts[number] = await HostProcess.StartInPlaceOfAsync(dead, settings);
        }
    }

    static Database Database(Dictionary<string, string> settings) =>
        new(sqlite: false, settings["ConnectionStrings__RideBooking"]);

    async Task<Dictionary<string, string>> Settings(int partitions)
    {
        var settings = new Dictionary<string, string>
        {
            ["ASPNETCORE_ENVIRONMENT"] = "Development",
            ["Database__Provider"] = DatabaseProviders.Postgres,
            ["ConnectionStrings__RideBooking"] = await servers.Postgres.CreateMigratedDatabaseAsync(),
            ["Transport__Kind"] = "RabbitMq",
            ["ConnectionStrings__RabbitMq"] = (await servers.VirtualHost()).ToString(),
            ["Messaging__Partitions"] = $"{partitions}",
            ["Matching__SearchDeadline"] = "00:30:00",
            ["Matching__OfferTimeout"] = "00:02:00",
            // The drivers report no positions.
            ["Matching__MaxPositionAge"] = "1.00:00:00",
        };
        return settings;
    }

    /// <summary>
    /// Finds the events that took effect at an endpoint after a later event of the same ride and module. The inbox entries
    /// tell when each consumer handled which event.
    /// </summary>
    static async Task<List<string>> OutOfOrder(Database database)
    {
        var consumers = await InboxOf.All();
        var effects = await database.Query(
            """
            SELECT e.stream_id, e.stream_version, e.event_type, i.consumer_id, i.consumed
            FROM {event_log.events} e JOIN {messaging.inbox_state} i ON i.message_id = e.event_id
            WHERE e.payload LIKE '%"rideId"%' AND i.consumed IS NOT NULL
            ORDER BY e.stream_id, e.stream_version
            """,
            row => new
            {
                Stream = row.GetString(0),
                Version = row.GetInt64(1),
                Type = row.GetString(2),
                Endpoint = consumers[row.GetGuid(3)],
                At = row.GetDateTime(4),
            }
        );
        effects.Count.ShouldBeGreaterThan(Rides * 10);
        return
        [
            .. effects
                .GroupBy(effect => (effect.Stream, effect.Endpoint))
                .SelectMany(inOrder => inOrder.Zip(inOrder.Skip(1)).Where(pair => pair.First.At > pair.Second.At))
                .Select(pair =>
                    $"{pair.First.Stream} at {pair.First.Endpoint}: {pair.First.Type} ({pair.First.Version}) took effect {(pair.First.At - pair.Second.At).TotalMilliseconds:0.0} ms after {pair.Second.Type} ({pair.Second.Version})"
                ),
        ];
    }
}
