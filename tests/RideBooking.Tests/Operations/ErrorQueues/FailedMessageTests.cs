using System.Text;
using RideBooking.Operations.ErrorQueues;

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
}
