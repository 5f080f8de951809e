using System.Net.Sockets;
using MassTransit;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using RideBooking.IntegrationTests.Infrastructure;
using RideBooking.Platform.Messaging;
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
    public async Task A_request_goes_on_waiting_for_a_message_that_went_back_to_its_queue()
    {
        await using var lab = await FaultLab.Start([
            .. await Settings(),
            ("Messaging:VisibilityTimeout", "00:01:00"),
            ("Limits:RequestTimeout", "00:02:00"),
        ]);
        var trouble = new Trouble(NewId.NextGuid());
        var id = NewId.NextGuid();
        var unavailable = true;
        lab.Behaviour.Fault = (who, _, _) =>
            unavailable && who == nameof(Troubled)
                ? new NpgsqlException("Not available.", new SocketException(111))
                : null;
        using var wait = lab.Services.GetRequiredService<EventVisibility>().Begin([typeof(Trouble)]);
        wait.Add(id, nameof(Trouble));
        var answer = wait.Finish(TestContext.Current.CancellationToken);

        await lab.Publish(trouble, id);
        // Six attempts at most before it is given back, and then one a second.
        await lab.Until("it to be delivered again", () => lab.Behaviour.Attempts(trouble.Id) > 7);
        answer.IsCompleted.ShouldBeFalse();

        unavailable = false;
        await lab.Until("the effect", () => lab.Behaviour.Effects.Count >= 2);
        (await answer).ShouldBeTrue();
    }
}
