using System.Text;
using RideBooking.Operations.ErrorQueues;
using RideBooking.Platform.Messaging;

namespace RideBooking.Tests.Operations.ErrorQueues;

public sealed class FailedMessageTests
{
    [Theory]
    [InlineData("""{"message":{"rideId":"x"},"headers":[]}""")]
    [InlineData("""{"message":{"rideId":"x"},"headers":"MT-Redelivery-Count"}""")]
    [InlineData("""{"message":{"rideId":"x","rideId":"y"}}""")]
    [InlineData("""{"message":{},"message":{},"messageId":7,"messageType":{},"sentTime":[]}""")]
    [InlineData("""{"message":"text","messageType":[null]}""")]
    [InlineData("""{"message":{"rideId":"\ud800"},"messageId":"\ud800","messageType":["\ud800"]}""")]
    [InlineData("""{"message":{"rideId":"x"},"\ud800":1}""")]
    [InlineData("""{"message":{"rideId":"x","\ud800":1}}""")]
    [InlineData("[]")]
    [InlineData("null")]
    public void Is_shown_however_broken_it_is(string body)
    {
        var message = new FailedMessage(
            "end-search_error",
            new Dictionary<string, string?>(),
            "application/json",
            Encoding.UTF8.GetBytes(body)
        );

        message.RideId.ShouldBeNull();
        message.Attempts.ShouldBe(1);
        message.BodyToSend().ShouldBe(Encoding.UTF8.GetBytes(body));
    }

    [Fact]
    public void Is_shown_if_its_names_are_not_UTF_8()
    {
        var body = Encoding.Latin1.GetBytes("""{"message":{"Straße":1},"Straße":1}""");

        var message = new FailedMessage("end-search_error", new Dictionary<string, string?>(), null, body);

        message.Json.ShouldBeNull();
        message.BodyToSend().ShouldBe(body);
    }

    [Theory]
    [InlineData("3", 4)]
    [InlineData("\"3\"", 4)]
    [InlineData("\"\\ud800\"", 1)]
    [InlineData("[]", 1)]
    public void Has_the_number_of_its_attempts_if_that_can_be_read(string redeliveries, int attempts)
    {
        var body = """{"message":{},"headers":{"MT-Redelivery-Count":""" + redeliveries + "}}";

        var message = new FailedMessage(
            "end-search_error",
            new Dictionary<string, string?>(),
            "application/json",
            Encoding.UTF8.GetBytes(body)
        );

        message.Attempts.ShouldBe(attempts);
    }

    [Fact]
    public void Has_the_fingerprint_of_its_reason_whatever_ids_numbers_and_lambdas_there_are()
    {
        var first = Failed(
            "Ride 5 has 2 drivers.",
            "at RideBooking.Rides.RideStateMachine.<>c.<.ctor>b__12_3(Object x)"
        );
        var again = Failed(
            "Ride 6 has 3 drivers.",
            "at RideBooking.Rides.RideStateMachine.<>c.<.ctor>b__14_1(Object x)"
        );
        var elsewhere = Failed("Ride 5 has 2 drivers.", "at RideBooking.Rides.Assign.Consume(Object x)");

        first.TopFrame.ShouldBe("RideBooking.Rides.RideStateMachine.<>c.<.ctor>b__");
        again.Fingerprint.ShouldBe(first.Fingerprint);
        elsewhere.Fingerprint.ShouldNotBe(first.Fingerprint);
        Failed("Ride 5", "at System.Guid.Parse(String x)").TopFrame.ShouldBeNull();

        static FailedMessage Failed(string text, string frame) =>
            new(
                "ride-state_error",
                new Dictionary<string, string?>
                {
                    ["MT-Fault-ExceptionType"] = "System.InvalidOperationException",
                    ["MT-Fault-Message"] = text,
                    ["MT-Fault-StackTrace"] =
                        $"   at RideBooking.Platform.Messaging.SagaCommandDispatcher.Send(Object x) in /src/A.cs:line 3\n   {frame} in /src/B.cs:line 9",
                },
                "application/json",
                "{}"u8.ToArray()
            );
    }

    // Else the store would take it for the message that was redriven, and its second failure would go unnoticed.
    [Fact]
    public void Has_another_id_when_it_was_sent_back_and_is_skipped_again()
    {
        var first = Skipped([]);
        var again = Skipped(new() { [DueTime.Header] = DueTime.Text(new(2026, 1, 10, 10, 0, 0, TimeSpan.Zero)) });

        again.MessageId.ShouldBe(first.MessageId);
        again.Id.ShouldNotBe(first.Id);
        Skipped(new(again.Headers)).Id.ShouldBe(again.Id);

        static FailedMessage Skipped(Dictionary<string, string?> headers) =>
            new("end-search_skipped", headers, "application/json", "{}"u8.ToArray(), transportMessageId: "7");
    }
}
