using MassTransit;
using Npgsql;
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

    [Fact]
    public async Task One_whose_statement_always_times_out_holds_up_no_other_and_ends_in_the_error_queue()
    {
        await using var lab = await FaultLab.Start(await Settings());
        lab.Watch("troubled_error");
        var slow = new Trouble(NewId.NextGuid());
        lab.Behaviour.Fault = (who, trouble, _) =>
            who == nameof(Troubled) && trouble.Id == slow.Id
                ? new NpgsqlException("Exception while reading from stream", new TimeoutException())
                : null;

        await lab.Publish(slow);
        await lab.Until("it to be given back", () => lab.Behaviour.Attempts(slow.Id) > 20);
        var other = new Trouble(NewId.NextGuid());
        await lab.Publish(other);
        await lab.Until("the other", () => lab.Behaviour.Effects.Count(effect => effect.Id == other.Id) == 2);

        var dead = await lab.DeadLetterIn("troubled_error");
        dead.Header(MessageHeaders.FaultMessage).ShouldNotBeNull();
    }
}
