using RideBooking.IntegrationTests.Infrastructure;
using RideBooking.Testing;
using RideBooking.Tests.Scenarios;

namespace RideBooking.IntegrationTests.Scenarios;

/// <summary>On RabbitMQ and PostgreSQL.</summary>
public sealed class A_ride_and_its_payment_on_RabbitMQ(A_ride_and_its_payment_on_RabbitMQ.Platform platform)
    : RideAndPayment,
        IClassFixture<A_ride_and_its_payment_on_RabbitMQ.Platform>
{
    public override ScenarioBus Bus => platform.Bus;

    public sealed class Platform(Servers servers) : IAsyncLifetime
    {
        PlatformBus? _started;
        Exception? _absence;

        public ScenarioBus Bus => _absence is null ? _started!.Scenarios : throw _absence;

        public async ValueTask InitializeAsync() =>
            _absence = await Servers.AbsenceOf(async () =>
            {
                var broker = await (await servers.RabbitMqAsync()).CreateVirtualHostAsync();
                _started = await PlatformBus.Start(
                    "RabbitMQ and PostgreSQL",
                    _ => { },
                    ("Transport:Kind", "RabbitMq"),
                    ("ConnectionStrings:RabbitMq", broker.ToString()),
                    ("Database:Provider", "Postgres"),
                    ("ConnectionStrings:RideBooking", await (await servers.PostgresAsync()).CreateDatabaseAsync())
                );
            });

        public async ValueTask DisposeAsync()
        {
            if (_started is not null)
                await _started.DisposeAsync();
        }
    }
}
