using RideBooking.IntegrationTests.Infrastructure;
using RideBooking.Tests.Messaging;

namespace RideBooking.IntegrationTests.Faults;

/// <summary>On RabbitMQ and PostgreSQL.</summary>
public sealed class Messages_that_fail_on_RabbitMQ(Servers servers) : FaultCases
{
    protected override async Task<(string, string)[]> Settings() =>
        [
            ("Transport:Kind", "RabbitMq"),
            ("ConnectionStrings:RabbitMq", (await (await servers.RabbitMqAsync()).CreateVirtualHostAsync()).ToString()),
            ("Database:Provider", "Postgres"),
            ("ConnectionStrings:RideBooking", await (await servers.PostgresAsync()).CreateDatabaseAsync()),
        ];
}
