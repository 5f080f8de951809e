using System.Net;
using System.Text.Json.Nodes;
using RideBooking.TestKit.Api;
using RideBooking.Tests.Host;

namespace RideBooking.Tests.Rides;

/// <summary>A quote promises a price for its rider and trip until it expires, for any number of rides.</summary>
public sealed class When_a_quote_is_used_again(CityLab lab) : IClassFixture<CityLab>
{
    [Fact]
    public async Task It_holds_for_another_ride_until_it_expires()
    {
        var rider = await lab.City.Rider();
        var quote = (await rider.Quote(City.Alexanderplatz, City.Zoo))["quoteId"]!.GetValue<string>();
        for (var rides = 0; rides < 2; rides++)
        {
            var ride = await rider.Request(City.Alexanderplatz, City.Zoo, quote);
            await rider.Post($"rides/{ride}/cancel", new JsonObject { ["reason"] = "changed my mind" });
        }

        await lab.Advance(TimeSpan.FromSeconds(121));
        (await rider.TryRequest(City.Alexanderplatz, City.Zoo, quote)).ShouldBe(
            HttpStatusCode.Conflict,
            "quote_expired"
        );
    }

    [Fact]
    public async Task Two_rides_at_once_are_still_refused()
    {
        var rider = await lab.City.Rider();
        var quote = (await rider.Quote(City.Alexanderplatz, City.Zoo))["quoteId"]!.GetValue<string>();
        var answers = await Task.WhenAll(
            Enumerable.Range(0, 5).Select(_ => rider.TryRequest(City.Alexanderplatz, City.Zoo, quote))
        );
        answers.Count(answer => answer.Status == HttpStatusCode.Created).ShouldBe(1);
    }
}
