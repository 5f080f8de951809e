using System.Globalization;
using System.Text;
using RabbitMQ.Client;
using RideBooking.IntegrationTests.Infrastructure;
using RideBooking.TestKit.Servers;

namespace RideBooking.IntegrationTests.Cli.ErrorQueues.Raw;

/// <summary>An operator works on the broker's queues while no host and no database is there.</summary>
public sealed class RawCommandTests(Servers servers) : IAsyncLifetime
{
    const string Endpoint = "compute-fare";
    const string ErrorQueue = Endpoint + "_error";

    RabbitMqServer _server = null!;
    Uri _broker = null!;
    IConnection _connection = null!;
    IChannel _channel = null!;

    static CancellationToken Stop => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _server = await servers.RabbitMqAsync();
        _broker = await _server.CreateVirtualHostAsync();
        _connection = await new ConnectionFactory { Uri = _broker }.CreateConnectionAsync(Stop);
        _channel = await _connection.CreateChannelAsync(
            new CreateChannelOptions(publisherConfirmationsEnabled: true, publisherConfirmationTrackingEnabled: true),
            Stop
        );
        await Declare(Endpoint);
        await Declare(ErrorQueue);
    }

    public async ValueTask DisposeAsync()
    {
        await _connection.DisposeAsync();
        await _server.DeleteVirtualHostAsync(_broker);
    }

    [Fact]
    public async Task Lists_the_error_and_skipped_queues_that_hold_messages()
    {
        await Declare("issue-receipt_skipped");
        await Declare("end-search_error");
        await Put(Endpoint, Enumerable.Range(1, 5));
        await Put(ErrorQueue, [1, 2, 3]);
        await Put("issue-receipt_skipped", [4]);

        (await Run("list")).ShouldEnd(0).Lines[1..].ShouldBe([$"{ErrorQueue}\t3\t0", "issue-receipt_skipped\t1\t0"]);
        (await Run("list", "--all")).ShouldEnd(0).Lines[1..].ShouldContain("end-search_error\t0\t0");
        // AMQP counts the messages of queues whose names are known.
        (await Run("list", Endpoint, "end-search_error", "--management", "http://127.0.0.1:9", "--json")).ShouldEnd(
            0
        ).Json["items"]!.ToJsonString().ShouldBe($$"""[{"queue":"{{Endpoint}}","count":5,"held":null},{"queue":"end-search_error","count":0,"held":null}]""");
    }

    [Fact]
    public async Task Lists_the_messages_that_a_consumer_holds()
    {
        await Put(ErrorQueue, [1, 2, 3]);
        await using var consumer = await _connection.CreateChannelAsync(cancellationToken: Stop);
        await consumer.BasicGetAsync(ErrorQueue, autoAck: false, Stop);

        (await Run("list", "--json")).ShouldEnd(0).Json["items"]!
            .ToJsonString()
            .ShouldBe($$"""[{"queue":"{{ErrorQueue}}","count":2,"held":1}]""");
    }

    [Fact]
    public async Task Reports_by_its_exit_code_whether_messages_are_left()
    {
        (await Run("list", "--exit-code")).ShouldEnd(0);
        (await Run("list", ErrorQueue, "--exit-code")).ShouldEnd(0);
        await Put(ErrorQueue, [1]);
        (await Run("list", "--exit-code")).ShouldEnd(7);
        (await Run("list", ErrorQueue, "--exit-code")).ShouldEnd(7);
    }

    [Fact]
    public async Task Peeks_at_the_oldest_messages_and_leaves_all_in_their_order()
    {
        await Put(ErrorQueue, Enumerable.Range(1, 5));

        var json = (await Run("peek", ErrorQueue, "--limit", "3", "--json")).ShouldEnd(0).Json;
        json["items"]!.AsArray().Select(item => item!["messageId"]!.ToString()).ShouldBe(["1", "2", "3"]);
        json["items"]![1]!["body"]!["message"]!["number"]!.GetValue<int>().ShouldBe(2);
        json["items"]![1]!["messageType"]!.ToString().ShouldBe("RideCompleted");
        json["items"]![1]!["exceptionType"]!.ToString().ShouldBe("System.FormatException");
        json["items"]![1]!["headers"]!["x-number"]!.ToJsonString().ShouldBe("7");
        (json["count"]!.GetValue<int>(), json["more"]!.GetValue<bool>()).ShouldBe((5, true));
        (await Run("peek", ErrorQueue, "--limit", "5", "--brief"))
            .ShouldEnd(0)
            .Lines[5]
            .ShouldStartWith("5\t5\tRideCompleted\t");

        (await Take(ErrorQueue)).Select(Number).ShouldBe([1, 2, 3, 4, 5]);
        (await Run("peek", ErrorQueue)).ShouldEnd(0).Error.ShouldContain("No message waits");
    }

    [Fact]
    public async Task Shows_the_exception_the_headers_and_a_binary_body_for_a_person()
    {
        await Publish(ErrorQueue, "1", [0, 0xff, (byte)'a', .. new byte[600]], contentType: "application/x-protobuf");

        var result = (await Run("peek", ErrorQueue)).ShouldEnd(0);

        result.Out.ShouldContain("System.FormatException: Not a fare.\n   at RideBooking.Somewhere()\n");
        result.Out.ShouldContain("\nx-number: 7\n");
        result.Out.ShouldContain("Body (application/x-protobuf; binary, 603 bytes)\n00000000  00 ff 61 00 ");
        result.Out.ShouldContain("  ..a.............\n");
        result.Error.ShouldContain("91 more bytes are not shown. --json has all of it in base64.");
    }

    [Fact]
    public async Task Says_why_the_broker_moved_a_message()
    {
        await Declare("gone", new() { ["x-dead-letter-exchange"] = "", ["x-dead-letter-routing-key"] = ErrorQueue });
        await Put("gone", [1]);
        var taken = await _channel.BasicGetAsync("gone", autoAck: false, Stop);
        await _channel.BasicRejectAsync(taken!.DeliveryTag, requeue: false, Stop);
        await WaitFor.TrueAsync(
            "the message to be dead-lettered",
            async () => await _channel.MessageCountAsync(ErrorQueue, Stop) == 1
        );

        var message = (await Run("peek", ErrorQueue, "--json")).ShouldEnd(0).Json["items"]![0]!;

        message["headers"]!["x-death"]![0]!["queue"]!.ToString().ShouldBe("gone");
        message["headers"]!["x-death"]![0]!["reason"]!.ToString().ShouldBe("rejected");
    }

    [Fact]
    public async Task Moves_a_limited_number_back_to_their_endpoint_as_a_redrive_does()
    {
        await Put(ErrorQueue, [1, 2, 3]);

        var json = (await Run("move", ErrorQueue, "--limit", "2", "--yes", "--json")).ShouldEnd(0).Json;

        json.ToJsonString().ShouldBe($$"""{"queue":"{{ErrorQueue}}","to":"{{Endpoint}}","moved":2,"left":1}""");
        var moved = await Take(Endpoint);
        moved.Select(Number).ShouldBe([1, 2]);
        foreach (var message in moved)
        {
            message.BasicProperties.MessageId.ShouldBe($"{Number(message)}");
            message.BasicProperties.CorrelationId.ShouldBe("a correlation");
            message.BasicProperties.Persistent.ShouldBeTrue();
            message.BasicProperties.IsExpirationPresent().ShouldBeFalse();
            Headers(message).ShouldBe(["x-number", "RideBooking-Due"], ignoreOrder: true);
            Text(message).ShouldNotContain("MT-Redelivery-Count");
        }
        (await Take(ErrorQueue)).Select(Number).ShouldBe([3]);
    }

    [Fact]
    public async Task Moves_messages_of_a_partitioned_endpoint_through_its_exchange_by_their_ride()
    {
        var ride = Guid.CreateVersion7();
        await _channel.ExchangeDeclareAsync("match-driver", "direct", durable: true, cancellationToken: Stop);
        await Declare("match-driver-2");
        await _channel.QueueBindAsync("match-driver-2", "match-driver", $"{ride}", cancellationToken: Stop);
        await Declare("match-driver_error");
        await Publish("match-driver_error", "1", Encoding.UTF8.GetBytes($$$"""{"message":{"rideId":"{{{ride}}}"}}"""));

        (await Run("move", "match-driver_error", "--limit", "10", "--yes"))
            .ShouldEnd(0)
            .Out.ShouldBe("1 message moved from match-driver_error to match-driver.\n");

        (await Take("match-driver-2")).Count.ShouldBe(1);
    }

    [Fact]
    public async Task Moves_messages_unchanged_to_the_queue_that_is_named_and_back()
    {
        await Declare("parked");
        await Put(ErrorQueue, [1, 2]);
        var before = await Take(ErrorQueue);
        await Put(ErrorQueue, [1, 2]);

        (await Run("move", ErrorQueue, "--to", "parked", "--limit", "5", "--yes")).ShouldEnd(0);
        (await Run("list", ErrorQueue, "parked")).Lines[1..].ShouldBe([$"{ErrorQueue}\t0\t", "parked\t2\t"]);
        (await Run("move", "parked", "--to", ErrorQueue, "--limit", "5", "--yes")).ShouldEnd(0);

        var after = await Take(ErrorQueue);
        after
            .Select(message => Convert.ToHexString(message.Body.Span))
            .ShouldBe(before.Select(message => Convert.ToHexString(message.Body.Span)));
        Headers(after[0]).ShouldBe(Headers(before[0]), ignoreOrder: true);
    }

    [Fact]
    public async Task Moves_nothing_without_an_answer_a_limit_or_a_queue_to_move_to()
    {
        await Put(ErrorQueue, [1]);
        await Declare("end-search_error");
        await Put("end-search_error", [1]);

        (await Run("move", ErrorQueue, "--limit", "1")).ShouldEnd(2).Error.ShouldContain("--yes");
        (await Run("move", ErrorQueue, "--yes")).ShouldEnd(2).Error.ShouldContain("--limit");
        (await Run("move", Endpoint, "--limit", "1", "--yes")).ShouldEnd(2).Error.ShouldContain("--to");
        (await Run("move", ErrorQueue, "--to", ErrorQueue, "--limit", "1", "--yes")).ShouldEnd(2);
        (await Run("move", "end-search_error", "--limit", "1", "--yes"))
            .ShouldEnd(5)
            .Error.ShouldContain("end-search ");
        (await Run("move", "missing_error", "--limit", "1", "--yes")).ShouldEnd(5).Error.ShouldContain("missing_error");
        (await Run("peek", "missing_error")).ShouldEnd(5);

        (await Run("list", ErrorQueue, "end-search_error")).Lines[1..].ShouldAllBe(row => row.EndsWith("_error\t1\t"));
    }

    [Fact]
    public async Task Stops_at_a_queue_that_is_full_and_says_what_was_moved()
    {
        await Declare("small", new() { ["x-max-length"] = 2, ["x-overflow"] = "reject-publish" });
        await Put(ErrorQueue, Enumerable.Range(1, 5));

        var result = await Run("move", ErrorQueue, "--to", "small", "--limit", "5", "--yes");

        var moved = (await Take("small")).Select(Number).ToList();
        var left = (await Take(ErrorQueue)).Select(Number).ToList();
        result.ShouldEnd(1).Error.ShouldContain($"{moved.Count} messages of 5 moved from {ErrorQueue} to small.");
        left.Count.ShouldBeGreaterThan(0);
        moved.Concat(left).ShouldBe([1, 2, 3, 4, 5]);
    }

    [Fact]
    public async Task Killed_between_the_confirmation_and_the_acknowledgement_it_doubles_one_message_and_loses_none()
    {
        await Put(ErrorQueue, Enumerable.Range(1, 6));
        await using var proxy = new ConfirmTrap(_broker.Port, confirmations: 3);
        var through = new UriBuilder(_broker) { Port = proxy.Port }.Uri;

        using (
            var move = CommandLineProcess.Start(
                To(through),
                "error-queues",
                "raw",
                "move",
                ErrorQueue,
                "--limit",
                "6",
                "--yes"
            )
        )
        {
            await proxy.Sprung.WaitAsync(WaitFor.Limit, Stop);
            await move.KillAsync();
        }
        proxy.Cut();
        // The broker notices the end of the connection, and the third message returns to its place.
        await WaitFor.TrueAsync(
            "the message that was not acknowledged to be in its queue again",
            async () => await _channel.MessageCountAsync(ErrorQueue, Stop) == 4
        );

        (await Run("move", ErrorQueue, "--limit", "6", "--yes")).ShouldEnd(0);
        (await Take(Endpoint)).Select(Number).ShouldBe([1, 2, 3, 3, 4, 5, 6]);
        (await _channel.MessageCountAsync(ErrorQueue, Stop)).ShouldBe(0u);
    }

    [Fact]
    public async Task Says_how_far_it_came_when_the_connection_is_lost()
    {
        await Put(ErrorQueue, Enumerable.Range(1, 6));
        await using var proxy = new ConfirmTrap(_broker.Port, confirmations: 3);

        using var move = CommandLineProcess.Start(
            To(new UriBuilder(_broker) { Port = proxy.Port }.Uri),
            "error-queues",
            "raw",
            "move",
            ErrorQueue,
            "--limit",
            "6",
            "--yes"
        );
        await proxy.Sprung.WaitAsync(WaitFor.Limit, Stop);
        proxy.Cut();

        (await move.EndedAsync())
            .ShouldEnd(3)
            .Error.ShouldMatch(
                $"^ridebooking: [23] messages of 6 moved from {ErrorQueue} to {Endpoint}\\. The last message that was sent may be in both queues\\. "
            );
    }

    [Fact]
    public async Task Says_what_is_wrong_with_the_address_and_never_shows_the_password()
    {
        var wrong = new UriBuilder(_broker) { UserName = "guest", Password = "s3cret" }.Uri;
        await Refused(wrong.AbsoluteUri, 4, "does not accept");
        await Refused($"amqp://guest:s3cret@127.0.0.1:9/", 3, "cannot be reached");
        await Refused($"http://guest:s3cret@127.0.0.1:9/", 2, "not an amqp://");
        await Refused(
            new UriBuilder(_broker) { Path = "/missing" }
                .Uri
                .AbsoluteUri,
            4,
            "missing"
        );
        (await CommandLineProcess.RunAsync([], "error-queues", "raw", "peek", ErrorQueue))
            .ShouldEnd(2)
            .Error.ShouldContain("RIDEBOOKING_BROKER");
        (await Run("list", "--management", "http://127.0.0.1:9")).ShouldEnd(3).Error.ShouldContain("--management");

        async Task Refused(string broker, int exitCode, string reason)
        {
            var result = await Run("peek", ErrorQueue, "--broker", broker);
            result.ShouldEnd(exitCode).Error.ShouldContain(reason);
            result.Error.ShouldMatch("^ridebooking: [^\n]+\n$");
            result.Error.ShouldNotContain("s3cret");
        }
    }

    Task<CommandLineResult> Run(params string[] command) =>
        CommandLineProcess.RunAsync(To(_broker), ["error-queues", "raw", .. command]);

    KeyValuePair<string, string>[] To(Uri broker) =>
        [
            new("RIDEBOOKING_BROKER", broker.AbsoluteUri),
            new("RIDEBOOKING_BROKER_MANAGEMENT", _server.Management.AbsoluteUri),
        ];

    Task<QueueDeclareOk> Declare(string queue, Dictionary<string, object?>? arguments = null) =>
        _channel.QueueDeclareAsync(
            queue,
            durable: true,
            exclusive: false,
            autoDelete: false,
            arguments ?? new() { ["x-queue-type"] = "classic" },
            cancellationToken: Stop
        );

    async Task Put(string queue, IEnumerable<int> numbers)
    {
        foreach (var number in numbers)
            await Publish(
                queue,
                $"{number}",
                Encoding.UTF8.GetBytes(
                    $$"""
                    {
                      "messageId": "{{number}}",
                      "messageType": ["urn:message:RideBooking.Contracts:RideCompleted"],
                      "message": { "number": {{number}} },
                      "headers": { "MT-Redelivery-Count": 3 }
                    }
                    """
                )
            );
    }

    // As MassTransit puts a failed message into an error queue.
    async Task Publish(string queue, string id, byte[] body, string contentType = "application/vnd.masstransit+json") =>
        await _channel.BasicPublishAsync(
            "",
            queue,
            mandatory: true,
            new BasicProperties
            {
                MessageId = id,
                CorrelationId = "a correlation",
                ContentType = contentType,
                Expiration = "86400000",
                Headers = new Dictionary<string, object?>
                {
                    ["x-number"] = 7L,
                    ["MT-Reason"] = "fault",
                    ["MT-Fault-ExceptionType"] = "System.FormatException",
                    ["MT-Fault-Message"] = "Not a fare.",
                    ["MT-Fault-StackTrace"] = "   at RideBooking.Somewhere()",
                    ["MT-Host-MachineName"] = "host-1",
                    ["MT-Redelivery-Count"] = 3,
                },
            },
            body,
            Stop
        );

    async Task<List<BasicGetResult>> Take(string queue)
    {
        List<BasicGetResult> taken = [];
        while (await _channel.BasicGetAsync(queue, autoAck: true, Stop) is { } message)
            taken.Add(message);
        return taken;
    }

    // Without the number that RabbitMQ's client gives to each message whose confirmation it awaits.
    static IEnumerable<string> Headers(BasicGetResult message) =>
        message.BasicProperties.Headers!.Keys.Where(header => header != "x-dotnet-pub-seq-no");

    static int Number(BasicGetResult message) =>
        int.Parse(message.BasicProperties.MessageId!, CultureInfo.InvariantCulture);

    static string Text(BasicGetResult message) => Encoding.UTF8.GetString(message.Body.Span);
}
