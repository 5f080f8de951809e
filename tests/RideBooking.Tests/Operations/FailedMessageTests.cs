using System.Text;
using RideBooking.EventLog;
using RideBooking.Operations.ErrorQueues;
using RideBooking.Operations.FailedMessages;

namespace RideBooking.Tests.Operations;

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

    [Theory]
    [InlineData("RideRequested DriverAssigned DriverArrived RideStarted RideCompleted", "completed")]
    [InlineData("RideRequested DriverAssigned RideCancelled DriverAssigned DriverUnassigned", "cancelled")]
    [InlineData("RideRequested DriverAssigned DriverArrived DriverAssigned", "driverArrived")]
    [InlineData("RideRequested DriverAssigned DriverReleased", "requested")]
    [InlineData("", null)]
    public void Shows_the_status_of_its_ride(string events, string? status) =>
        ShowFailedMessage.StatusAfter(events.Split(' ').Select(Observed)).ShouldBe(status);

    // A driver leaves a ride in two ways: a release continues the search, and a rejection turns down a late driver.
    static LoggedEvent Observed(string type) =>
        new()
        {
            EventId = Guid.CreateVersion7(),
            EventType = type == "DriverReleased" ? "DriverUnassigned" : type,
            Version = 1,
            Timestamp = DateTimeOffset.UnixEpoch,
            Source = "tests",
            StreamId = "ride",
            Payload = $$"""{"searchAgain":{{(type == "DriverReleased" ? "true" : "false")}}}""",
        };
}
