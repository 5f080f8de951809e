using System.Net;
using System.Text.Json.Nodes;

namespace RideBooking.Tests.Api;

/// <summary>One queue that hangs makes few requests wait until the limit, not all.</summary>
public sealed class When_a_consumer_hangs(HostWithAConsumerThatHangs host) : IClassFixture<HostWithAConsumerThatHangs>
{
    const int Rides = 5;

    [Fact]
    public async Task Requests_wait_for_it_once_and_not_again_until_it_goes_on()
    {
        var rider = await host.City.Rider();
        var rideId = "";
        for (var ride = 0; ride < Rides; ride++)
        {
            rideId = await rider.Request(City.Alexanderplatz, City.Zoo);
            (await rider.Post($"rides/{rideId}/cancel", new JsonObject { ["reason"] = "late" })).ShouldBe(
                HttpStatusCode.Accepted
            );
        }
        // Every ride waits where a consumer that hangs is waited for again and again; a slow machine takes longer than the limit
        // for a ride, and then waits a second time.
        host.WaitsThatReachedTheLimit.ShouldBeInRange(1, Rides - 2);

        host.GoesOn();
        await rider.Until("the receipt", $"rides/{rideId}/receipt", receipt => receipt.Status == HttpStatusCode.OK);
    }
}

/// <summary>The embedded default, where no cancellation is assessed.</summary>
public sealed class HostWithAConsumerThatHangs()
    : GatedHost("assess-cancellation-fee", holds: true, ("Messaging:VisibilityTimeout", "00:00:03"))
{
    public int WaitsThatReachedTheLimit =>
        Log.Lines.Count(line => line.Text.StartsWith("A request was answered after", StringComparison.Ordinal));
}
