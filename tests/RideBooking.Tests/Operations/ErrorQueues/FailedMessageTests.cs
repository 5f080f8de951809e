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

    // Else the store would take it for the message that was redriven, and nobody would see that it failed again.
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
