using Npgsql;
using RabbitMQ.Client;
using RideBooking.IntegrationTests.Infrastructure;
using RideBooking.TestKit.Servers;

namespace RideBooking.IntegrationTests.InfrastructureTests;

public sealed class When_a_test_needs_a_server(Servers servers)
{
    static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task PostgreSQL_gives_an_empty_database_with_durability_on()
    {
        var postgres = await servers.PostgresAsync();
        await using var connection = new NpgsqlConnection(await postgres.CreateDatabaseAsync());
        await connection.OpenAsync(Stop);
        await using var command = new NpgsqlCommand(
            "SELECT current_setting('fsync'), (SELECT count(*) FROM pg_tables WHERE schemaname = 'public')",
            connection
        );
        await using var reader = await command.ExecuteReaderAsync(Stop);
        (await reader.ReadAsync(Stop)).ShouldBeTrue();
        reader.GetString(0).ShouldBe("on");
        reader.GetInt64(1).ShouldBe(0);
    }

    [Theory]
    [MemberData(nameof(DatabaseProviders.All), MemberType = typeof(DatabaseProviders))]
    public async Task Every_provider_gives_a_database_of_its_own_each_time(string provider) =>
        (await servers.CreateDatabaseAsync(provider)).ShouldNotBe(await servers.CreateDatabaseAsync(provider));

    [Theory]
    [InlineData("classic")]
    [InlineData("quorum")]
    public async Task RabbitMQ_gives_an_empty_virtual_host_and_counts_its_messages(string type)
    {
        var rabbitMq = await servers.RabbitMqAsync();
        var virtualHost = await rabbitMq.CreateVirtualHostAsync();
        (await rabbitMq.ListQueuesAsync(virtualHost)).ShouldBeEmpty();

        await using var connection = await new ConnectionFactory { Uri = virtualHost }.CreateConnectionAsync(Stop);
        await using var channel = await connection.CreateChannelAsync(cancellationToken: Stop);
        var arguments = new Dictionary<string, object?> { ["x-queue-type"] = type };
        await channel.QueueDeclareAsync("rides", true, false, false, arguments, cancellationToken: Stop);
        await channel.BasicPublishAsync("", "rides", "a ride"u8.ToArray(), Stop);

        var queues = Array.Empty<QueueCounts>();
        await WaitFor.TrueAsync(
            "one message in the queue",
            async () =>
                (queues = [.. await rabbitMq.ListQueuesAsync(virtualHost)])
                    is [{ Name: "rides", Ready: 1, Unacknowledged: 0 }],
            WaitFor.Limit,
            () => string.Join(", ", queues.AsEnumerable())
        );
    }
}
