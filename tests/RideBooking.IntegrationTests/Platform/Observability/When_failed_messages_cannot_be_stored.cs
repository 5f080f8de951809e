using System.Text;
using RabbitMQ.Client;
using RideBooking.IntegrationTests.FaultInjection;
using RideBooking.IntegrationTests.Infrastructure;
using RideBooking.TestKit.Servers;

namespace RideBooking.IntegrationTests.Platform.Observability;

[Collection(typeof(OnServersToStop))]
public sealed class When_failed_messages_cannot_be_stored(ServersToStop servers) : IAsyncDisposable
{
    const string Stored = "ridebooking_error_queue_messages";
    const string Unstored = "ridebooking_error_queue_unstored";
    const string ErrorQueue = "queue=\"track-assignments_error\"";

    static CancellationToken Stop => TestContext.Current.CancellationToken;

    public async ValueTask DisposeAsync() => await servers.Done();

    [Fact]
    public async Task They_are_counted_in_their_queue_until_the_database_is_available_again()
    {
        var broker = await servers.VirtualHost();
        await using var host = await HostProcess.StartAsync(
            new Dictionary<string, string>
            {
                ["ASPNETCORE_ENVIRONMENT"] = "Development",
                ["Database__Provider"] = DatabaseProviders.Postgres,
                ["ConnectionStrings__RideBooking"] = await servers.Postgres.CreateMigratedDatabaseAsync(),
                ["Transport__Kind"] = "RabbitMq",
                ["ConnectionStrings__RabbitMq"] = broker.ToString(),
                ["Metrics__Interval"] = "00:00:00.500",
            }
        );
        await Counts(stored: 0, unstored: 0);

        await servers.Stop(servers.Postgres);
        await PutUnreadable(broker, "track-assignments");
        await Counts(stored: null, unstored: 1);

        await servers.Start(servers.Postgres);
        await Counts(stored: 1, unstored: 0);

        Task Counts(double? stored, double unstored) =>
            WaitFor.TrueAsync(
                $"{stored} failed messages in the store and {unstored} in their queue",
                async () =>
                    await host.Metric(Stored, ErrorQueue) == stored
                    && await host.Metric(Unstored, ErrorQueue) == unstored,
                WaitFor.Limit,
                () => host.Output
            );
    }

    static async Task PutUnreadable(Uri broker, string queue)
    {
        await using var connection = await new ConnectionFactory { Uri = broker }.CreateConnectionAsync(Stop);
        await using var channel = await connection.CreateChannelAsync(
            new CreateChannelOptions(publisherConfirmationsEnabled: true, publisherConfirmationTrackingEnabled: true),
            Stop
        );
        await channel.BasicPublishAsync(
            "",
            queue,
            mandatory: true,
            new BasicProperties { ContentType = "application/vnd.masstransit+json", Persistent = true },
            Encoding.UTF8.GetBytes("no JSON"),
            Stop
        );
    }
}
