using System.Text;
using RabbitMQ.Client;
using RideBooking.Cli.ErrorQueues.Raw;
using RideBooking.Operations.ErrorQueues;

namespace RideBooking.Tests.Cli.ErrorQueues.Raw;

/// <summary>The command line reads and sends messages of the broker as the host does, however broken they are.</summary>
public sealed class RawMessageTests
{
    public static TheoryData<string> Bodies =>
        [
            """{"message":{"rideId":"01a21056-94ef-7323-85b8-dd68afa4ae1e"},"headers":{"MT-Redelivery-Count":3}}""",
            """{"message":{"rideId":"x"},"headers":{"MT-Redelivery-Count":3,"x":"\ud800"}}""",
            """{"rideId":"01a21056-94ef-7323-85b8-dd68afa4ae1e"}""",
            """{"message":{"rideId":"x"},"headers":[],"messageType":["urn:message:RideBooking.Contracts:RideCompleted"]}""",
            """{"message":{"rideId":"x"},"headers":"MT-Redelivery-Count","messageId":"5"}""",
            """{"message":{"rideId":"x","rideId":"y"}}""",
            """{"message":{},"message":{},"messageId":7,"messageType":{},"sentTime":[]}""",
            """{"message":"text","messageType":[null]}""",
            """{"message":{"rideId":"\ud800"},"messageId":"\ud800","messageType":["\ud800"]}""",
            """{"message":{"rideId":"x"},"\ud800":1}""",
            "[]",
            "null",
            "no JSON",
            "",
        ];

    [Theory, MemberData(nameof(Bodies))]
    public void Is_read_and_sent_as_the_host_does(string text)
    {
        var body = Encoding.UTF8.GetBytes(text);
        var expected = new FailedMessage("a_error", new Dictionary<string, string?>(), null, body, "transport's");

        var message = Read(body);

        message.MessageId.ShouldBe(expected.MessageId);
        message.MessageType.ShouldBe(expected.MessageType);
        message.RideId.ShouldBe(expected.RideId);
        message.Body?.ToJsonString().ShouldBe(expected.Json?.ToJsonString());
        RawMessage.WithoutRedeliveryCount(body).ToArray().ShouldBe(expected.BodyToSend());
    }

    [Fact]
    public void Is_binary_if_it_is_not_UTF_8()
    {
        var body = Encoding.Latin1.GetBytes("""{"Straße":1}""");

        var message = Read(body);

        (message.Body, message.BodyText).ShouldBe((null, null));
        message.BodyBase64.ShouldBe(Convert.ToBase64String(body));
    }

    [Fact]
    public void Has_headers_of_every_type()
    {
        var message = Read(
            [],
            new()
            {
                ["text"] = "value"u8.ToArray(),
                ["bytes"] = new byte[] { 0xff },
                ["number"] = 7L,
                ["half"] = 0.5,
                ["flag"] = true,
                ["time"] = new AmqpTimestamp(1_768_039_800),
                ["milliseconds"] = new AmqpTimestamp(1_768_039_800_000),
                ["list"] = new List<object?> { 1, "two"u8.ToArray() },
                ["table"] = new Dictionary<string, object?> { ["a"] = null },
                ["nothing"] = null,
            }
        );

        message
            .Headers.ToDictionary(header => header.Key, header => header.Value?.ToJsonString() ?? "null")
            .ShouldBe(
                new Dictionary<string, string>
                {
                    ["text"] = "\"value\"",
                    ["bytes"] = "\"base64:/w==\"",
                    ["number"] = "7",
                    ["half"] = "\"0.5\"",
                    ["flag"] = "true",
                    ["time"] = "\"2026-01-10T10:10:00.0000000\\u002B00:00\"",
                    ["milliseconds"] = "1768039800000",
                    ["list"] = "[1,\"two\"]",
                    ["table"] = "{\"a\":null}",
                    ["nothing"] = "null",
                },
                ignoreOrder: true
            );
    }

    static RawMessage Read(byte[] body, Dictionary<string, object?>? headers = null) =>
        RawMessage.Read(
            "a_error",
            1,
            new BasicGetResult(
                1,
                redelivered: false,
                exchange: "",
                routingKey: "a_error",
                messageCount: 0,
                new BasicProperties { MessageId = "transport's", Headers = headers },
                body
            )
        );
}
