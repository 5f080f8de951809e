using System.Net;
using System.Text.Json.Nodes;
using RideBooking.TestKit.Api;
using RideBooking.Tests.Host;

namespace RideBooking.Tests.Payments;

/// <summary>
/// The whole application with its real bus, outbox and scheduler, in virtual time: the messages that the money lab delivers by
/// hand arrive automatically, and retries take place after their minutes and hours.
/// </summary>
public sealed class When_a_ride_is_paid_on_the_embedded_default(CityLab lab) : IClassFixture<CityLab>
{
    [Theory]
    [InlineData("tok_declined_once")]
    [InlineData("tok_timeout")]
    public async Task A_ride_whose_charge_failed_is_paid_when_the_timer_fires(string token)
    {
        var (rider, driver) = (await lab.City.Rider(), await lab.City.DriverAt(City.Alexanderplatz));
        await AddCard(rider, token);

        var rideId = await rider.Request(City.Alexanderplatz, City.Zoo);
        await driver.Drives(rideId);
        await rider.SeesPayment(rideId, "retrying");
        await rider.SeesPayment(rideId, "captured");
        await rider.Until(
            "the receipt to be paid",
            $"rides/{rideId}/receipt",
            receipt => receipt.Status == HttpStatusCode.OK && receipt.Text("status") == "paid"
        );
    }

    [Fact]
    public async Task An_amount_being_retried_blocks_the_next_ride_above_a_limit_until_an_operator_writes_it_off()
    {
        var (rider, driver) = (await lab.City.Rider(), await lab.City.DriverAt(City.Alexanderplatz));
        await AddCard(rider, "tok_declined");
        var rides = new List<string>();
        for (var ride = 0; ride < 2; ride++)
        {
            rides.Add(await rider.Request(City.Alexanderplatz, City.Zoo));
            await driver.Drives(rides[^1]);
            await rider.SeesPayment(rides[^1], "retrying");
        }
        (await rider.TryRequest(City.Alexanderplatz, City.Zoo)).ShouldBe(
            HttpStatusCode.Conflict,
            "outstanding_balance"
        );
    }

    [Fact]
    public async Task A_balance_blocks_the_next_ride_until_it_is_paid()
    {
        var (rider, driver) = (await lab.City.Rider(), await lab.City.DriverAt(City.Alexanderplatz));
        // Another attempt with a stolen card would be in vain, so the amount is owed at once.
        await AddCard(rider, "tok_stolen");

        var rideId = await rider.Request(City.Alexanderplatz, City.Zoo);
        await driver.Drives(rideId);
        await rider.SeesPayment(rideId, "outstanding");
        (await rider.TryRequest(City.Alexanderplatz, City.Zoo)).ShouldBe(
            HttpStatusCode.Conflict,
            "outstanding_balance"
        );

        await AddCard(rider, "tok_visa");
        (await rider.Post("riders/me/balance/pay")).ShouldBe(HttpStatusCode.Accepted);
        await rider.SeesPayment(rideId, "captured");
        await rider.Until(
            "the rider to be allowed to ride again",
            "riders/me/balance",
            balance => balance.Body!["rides"]!.AsArray().Count == 0
        );
    }

    static async Task AddCard(Person rider, string token) =>
        (
            await rider.Post("riders/me/payment-methods", new JsonObject { ["token"] = token, ["makeDefault"] = true })
        ).ShouldBe(HttpStatusCode.Created);
}
