using System.Net;
using System.Text.Json.Nodes;
using RideBooking.TestKit.Api;
using RideBooking.Tests.Host;

namespace RideBooking.Tests.Platform.Visibility;

/// <summary>A hanging queue makes a few requests wait until the limit, not all.</summary>
public sealed class When_a_consumer_hangs(HostWithAConsumerThatHangs host) : IClassFixture<HostWithAConsumerThatHangs>
{
    const int Rides = 5;

    [Fact]
    public async Task Requests_wait_for_it_once_and_not_again_until_it_recovers()
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
        // If every request waited for the hanging consumer, every ride would wait. On a slow machine a ride takes longer than the
        // limit, and then waits a second time.
        host.WaitsThatReachedTheLimit.ShouldBeInRange(1, Rides - 2);

        host.Release();
        await rider.Until("the receipt", $"rides/{rideId}/receipt", receipt => receipt.Status == HttpStatusCode.OK);
    }
}

/// <summary>The embedded default whose consumer of cancellations hangs.</summary>
public sealed class HostWithAConsumerThatHangs()
    : GatedHost("assess-cancellation-fee", holds: true, ("Messaging:VisibilityTimeout", "00:00:03"))
{
    public int WaitsThatReachedTheLimit =>
        Log.Lines.Count(line => line.Text.StartsWith("A request was answered after", StringComparison.Ordinal));
}
