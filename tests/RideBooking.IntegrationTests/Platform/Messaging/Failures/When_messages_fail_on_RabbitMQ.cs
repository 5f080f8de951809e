using System.Globalization;
using System.Net.Sockets;
using MassTransit;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using RabbitMQ.Client;
using RideBooking.IntegrationTests.Infrastructure;
using RideBooking.Platform.Visibility;
using RideBooking.TestKit.Messaging;

namespace RideBooking.IntegrationTests.Platform.Messaging.Failures;

/// <summary>The scenarios of failing messages on RabbitMQ and PostgreSQL.</summary>
public sealed class When_messages_fail_on_RabbitMQ(Servers servers) : FaultScenarios
{
    protected override async Task<(string, string)[]> Settings() =>
        [
            ("Transport:Kind", "RabbitMq"),
            ("ConnectionStrings:RabbitMq", (await (await servers.RabbitMqAsync()).CreateVirtualHostAsync()).ToString()),
            ("Database:Provider", "Postgres"),
            ("ConnectionStrings:RideBooking", await (await servers.PostgresAsync()).CreateDatabaseAsync()),
        ];

    [Fact]
    public async Task A_redelivered_message_keeps_every_header_and_property_of_its_sender()
    {
        var settings = await Settings();
        await using var lab = await FaultLab.Start(settings);
        var id = NewId.NextGuid();
        lab.Behaviour.Fault = (who, _, _) => who == nameof(Troubled) ? new InvalidOperationException("A bug.") : null;
        var sent = new BasicProperties
        {
            ContentType = "application/vnd.masstransit+json",
            ContentEncoding = "identity",
            MessageId = "not a GUID",
            CorrelationId = "order 7",
            AppId = "elsewhere",
            Type = "trouble",
            Priority = 3,
            Timestamp = new AmqpTimestamp(1_580_702_645),
            Persistent = true,
            Headers = new Dictionary<string, object?>
            {
                ["text"] = "Gänsefüßchen"u8.ToArray(),
                ["no text"] = new byte[] { 0xFF, 0x00, 0xFE },
                ["bytes"] = new BinaryTableValue([1, 2, 255]),
                ["yes"] = true,
                ["no"] = false,
                ["nothing"] = null,
                ["sbyte"] = (sbyte)-7,
                ["byte"] = (byte)200,
                ["short"] = (short)-300,
                ["ushort"] = (ushort)60_000,
                ["int"] = -70_000,
                ["uint"] = 4_000_000_000u,
                ["long"] = long.MinValue,
                ["float"] = 0.1f,
                ["double"] = Math.PI,
                ["decimal"] = 12.40m,
                ["time"] = new AmqpTimestamp(1_580_702_645),
                ["list"] = new List<object?>
                {
                    1,
                    "two"u8.ToArray(),
                    null,
                    new List<object?> { 3L },
                },
                ["table"] = new Dictionary<string, object?>
                {
                    ["a"] = new Dictionary<string, object?> { ["b"] = new AmqpTimestamp(7) },
                },
            },
        };
        var expected = Described(sent.Headers);
        var factory = new ConnectionFactory { Uri = new Uri(settings[1].Item2) };
        var cancellationToken = TestContext.Current.CancellationToken;
        await using var connection = await factory.CreateConnectionAsync(cancellationToken);
        await using var channel = await connection.CreateChannelAsync(cancellationToken: cancellationToken);
        await channel.BasicPublishAsync(
            "",
            "troubled",
            true,
            sent,
            Envelope($$"""{"id":"{{id}}"}"""),
            cancellationToken
        );

        BasicGetResult? dead = null;
        await WaitFor.TrueAsync(
            "the message in the error queue",
            async () =>
                (dead = await channel.BasicGetAsync("troubled_error", autoAck: true, cancellationToken)) is not null,
            WaitFor.Limit
        );

        lab.Behaviour.Attempts(id).ShouldBe(AllAttempts);
        var kept = dead!.BasicProperties;
        Described(kept.Headers!.Where(header => sent.Headers.ContainsKey(header.Key))).ShouldBe(expected);
        kept.ContentType.ShouldBe(sent.ContentType);
        kept.ContentEncoding.ShouldBe(sent.ContentEncoding);
        kept.MessageId.ShouldBe(sent.MessageId);
        kept.CorrelationId.ShouldBe(sent.CorrelationId);
        kept.AppId.ShouldBe(sent.AppId);
        kept.Type.ShouldBe(sent.Type);
        kept.Priority.ShouldBe(sent.Priority);
        kept.Timestamp.ShouldBe(sent.Timestamp);
    }

    /// <summary>Formats names and values with their types, in a fixed order.</summary>
    static string Described(IEnumerable<KeyValuePair<string, object?>> table) =>
        string.Join(
            "; ",
            table
                .OrderBy(entry => entry.Key, StringComparer.Ordinal)
                .Select(entry => $"{entry.Key}={Described(entry.Value)}")
        );

    static string Described(object? value) =>
        value switch
        {
            null => "null",
            byte[] bytes => Convert.ToHexString(bytes),
            BinaryTableValue binary => $"binary {Convert.ToHexString(binary.Bytes!)}",
            IDictionary<string, object?> table => $"{{{Described(table)}}}",
            IEnumerable<object?> list => $"[{string.Join(", ", list.Select(Described))}]",
            _ => string.Create(CultureInfo.InvariantCulture, $"{value.GetType().Name} {value}"),
        };

    [Fact]
    public async Task A_request_keeps_waiting_for_a_message_that_was_returned_to_its_queue()
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
        // At most six attempts before the message is returned to its queue, and then one a second.
        await lab.Until("the message to be delivered again", () => lab.Behaviour.Attempts(trouble.Id) > 7);
        answer.IsCompleted.ShouldBeFalse();

        unavailable = false;
        await lab.Until("the effect", () => lab.Behaviour.Effects.Count >= 2);
        await answer;
    }
}
