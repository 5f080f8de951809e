using Npgsql;
using RabbitMQ.Client;
using RideBooking.IntegrationTests.Infrastructure;

namespace RideBooking.IntegrationTests.InfrastructureTests;

/// <summary>What fault tests rely on: a killed server comes back on the same address with what it had promised to keep.</summary>
public sealed class A_server_of_ones_own
{
    static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task PostgreSQL_keeps_what_was_committed_when_it_is_killed()
    {
        await using var postgres = await Servers.OrSkipAsync("PostgreSQL", PostgresServer.StartOwnAsync);
        var database = await postgres.CreateDatabaseAsync();
        await ExecuteAsync(database, "CREATE TABLE rides AS SELECT 7 AS ride");

        await postgres.KillAsync();
        await Should.ThrowAsync<NpgsqlException>(() => ExecuteAsync(database, "SELECT 1"));
        await postgres.StartAsync();
        (await ExecuteAsync(database, "SELECT ride FROM rides")).ShouldBe(7);

        await postgres.StopAsync();
        await postgres.StartAsync();
        (await ExecuteAsync(database, "SELECT ride FROM rides")).ShouldBe(7);
    }

    [Fact]
    public async Task RabbitMQ_keeps_what_was_confirmed_when_it_is_killed()
    {
        await using var rabbitMq = await Servers.OrSkipAsync("RabbitMQ", RabbitMqServer.StartOwnAsync);
        var virtualHost = await rabbitMq.CreateVirtualHostAsync();
        await PublishConfirmedAsync(virtualHost);

        await rabbitMq.KillAsync();
        await rabbitMq.StartAsync();
        await HasItsRide(rabbitMq, virtualHost);

        await rabbitMq.StopAsync();
        await rabbitMq.StartAsync();
        await HasItsRide(rabbitMq, virtualHost);
    }

    // A broker that has started may still be bringing its queues up.
    static Task HasItsRide(RabbitMqServer rabbitMq, Uri virtualHost) =>
        WaitFor.TrueAsync(
            "the queue with its one message",
            async () =>
                (await rabbitMq.ListQueuesAsync(virtualHost))
                    .Select(queue => (queue.Name, queue.Ready))
                    .SequenceEqual([("rides", 1L)]),
            TimeSpan.FromSeconds(90)
        );

    static async Task<object?> ExecuteAsync(string database, string sql)
    {
        await using var connection = new NpgsqlConnection(database + ";Pooling=false");
        await connection.OpenAsync(Stop);
        await using var command = new NpgsqlCommand(sql, connection);
        return await command.ExecuteScalarAsync(Stop);
    }

    static async Task PublishConfirmedAsync(Uri virtualHost)
    {
        await using var connection = await new ConnectionFactory { Uri = virtualHost }.CreateConnectionAsync(Stop);
        var confirms = new CreateChannelOptions(true, true);
        await using var channel = await connection.CreateChannelAsync(confirms, Stop);
        await channel.QueueDeclareAsync("rides", true, false, false, cancellationToken: Stop);
        var durable = new BasicProperties { Persistent = true };
        await channel.BasicPublishAsync("", "rides", true, durable, "a ride"u8.ToArray(), Stop);
    }
}
