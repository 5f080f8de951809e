using RideBooking.IntegrationTests.Infrastructure;
using RideBooking.Testing;
using RideBooking.TestKit.Scenarios;
using RideBooking.TestKit.Servers;

namespace RideBooking.IntegrationTests.Scenarios;

/// <summary>The scenarios of a ride and its payment on RabbitMQ and PostgreSQL.</summary>
public sealed class When_a_ride_and_its_payment_run_on_RabbitMQ(
    When_a_ride_and_its_payment_run_on_RabbitMQ.Platform platform
) : RideAndPaymentScenarios, IClassFixture<When_a_ride_and_its_payment_run_on_RabbitMQ.Platform>, IAsyncDisposable
{
    public override ScenarioBus Bus => platform.Bus;

    /// <summary>Checks that the broker holds no message that the scenario did not expect.</summary>
    public async ValueTask DisposeAsync()
    {
        await platform.IsEmpty();
        GC.SuppressFinalize(this);
    }

    public sealed class Platform(Servers servers) : IAsyncLifetime
    {
        PlatformBus? _started;
        Exception? _absence;
        RabbitMqServer? _server;
        Uri? _broker;

        public ScenarioBus Bus => _absence is null ? _started!.Scenarios : throw _absence;

        public async ValueTask InitializeAsync() =>
            _absence = await Servers.AbsenceOf(async () =>
            {
                _server = await servers.RabbitMqAsync();
                _broker = await _server.CreateVirtualHostAsync();
                _started = await PlatformBus.Start(
                    "RabbitMQ and PostgreSQL",
                    _ => { },
                    ("Transport:Kind", "RabbitMq"),
                    ("ConnectionStrings:RabbitMq", _broker.ToString()),
                    ("Database:Provider", "Postgres"),
                    ("ConnectionStrings:RideBooking", await (await servers.PostgresAsync()).CreateDatabaseAsync())
                );
            });

        public async Task IsEmpty()
        {
            IReadOnlyList<QueueCounts> left = [];
            await WaitFor.TrueAsync(
                "the queues to be empty, but for what failed",
                async () =>
                {
                    left =
                    [
                        .. (await _server!.ListQueuesAsync(_broker!)).Where(queue =>
                            !queue.Name.EndsWith("_error", StringComparison.Ordinal)
                            && queue.Ready + queue.Unacknowledged > 0
                        ),
                    ];
                    return left.Count == 0;
                },
                WaitFor.Limit,
                () => string.Join(", ", left.Select(queue => $"{queue.Ready}+{queue.Unacknowledged} in {queue.Name}"))
            );
        }

        public async ValueTask DisposeAsync()
        {
            if (_started is not null)
                await _started.DisposeAsync();
            if (_broker is not null)
                await _server!.DeleteVirtualHostAsync(_broker);
        }
    }
}
