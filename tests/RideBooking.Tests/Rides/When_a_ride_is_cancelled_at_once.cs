using System.Net;
using System.Text.Json.Nodes;
using RideBooking.Tests.Api;
using RideBooking.Tests.Host;

namespace RideBooking.Tests.Rides;

/// <summary>Under load the ride's request is still in Billing's queue when its cancellation arrives.</summary>
public sealed class When_a_ride_is_cancelled_at_once(HostThatRecordsNoRequests host)
    : IClassFixture<HostThatRecordsNoRequests>
{
    [Fact]
    public async Task The_rider_sees_what_it_costs()
    {
        var rider = await host.City.Rider();
        var rideId = await rider.Request(City.Alexanderplatz, City.Zoo);

        (await rider.Post($"rides/{rideId}/cancel", new JsonObject { ["reason"] = "mistake" })).ShouldBe(
            HttpStatusCode.Accepted
        );

        (await rider.Get($"rides/{rideId}")).Body!["fare"].ShouldNotBeNull();
        (await rider.Get($"rides/{rideId}/receipt")).ShouldBe(HttpStatusCode.OK);
    }
}

/// <summary>The embedded default, where Billing does not record requests.</summary>
public sealed class HostThatRecordsNoRequests()
    : GatedHost(
        "record-requested-ride",
        holds: true,
        ("Messaging:VisibilityTimeout", "00:01:00"),
        ("Limits:RequestTimeout", "00:05:00")
    );
