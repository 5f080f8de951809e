using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;
using RideBooking.TestKit.Api;
using RideBooking.TestKit.Payments;
using RideBooking.Tests.Host;

namespace RideBooking.Tests.Payments;

/// <summary>The whole application with Stripe as its gateway, in virtual time, at a double of Stripe.</summary>
public sealed class When_a_ride_is_paid_at_Stripe_on_the_embedded_default : IAsyncLifetime
{
    StripeDouble _stripe = null!;
    CityLab _lab = null!;

    public async ValueTask InitializeAsync()
    {
        _stripe = await StripeDouble.Start();
        _lab = await CityLab.Start(
            ("Payments:Gateway", "Stripe"),
            ("Payments:Stripe:ApiKey", StripeDouble.ApiKey),
            ("Payments:Stripe:WebhookSecret", StripeDouble.WebhookSecret),
            ("Payments:Stripe:ApiBase", _stripe.Address)
        );
        _stripe.Clock = _lab.Services.GetRequiredService<TimeProvider>();
    }

    public async ValueTask DisposeAsync()
    {
        await _lab.DisposeAsync();
        await _stripe.DisposeAsync();
    }

    [Theory]
    [InlineData("confirm")]
    [InlineData("capture")]
    public async Task It_is_paid_once_though_answers_are_lost_and_all_webhooks_come_twice_and_backwards(string lost)
    {
        var (rider, driver) = (await _lab.City.Rider(), await _lab.City.DriverAt(City.Alexanderplatz));
        var card = new JsonObject { ["token"] = "pm_card_visa" };
        (await rider.Post("riders/me/payment-methods", card)).ShouldBe(HttpStatusCode.Created);
        var left = 2;
        _stripe.Faults = call =>
            call.Operation == lost && Interlocked.Decrement(ref left) >= 0 ? StripeFault.ResetAfter : StripeFault.None;

        var rideId = await rider.Request(City.Alexanderplatz, City.Zoo);
        await driver.Drives(rideId);
        await rider.SeesPayment(rideId, "captured");
        var receipt = await rider.Until(
            "the receipt to be paid",
            $"rides/{rideId}/receipt",
            receipt => receipt.Status == HttpStatusCode.OK && receipt.Text("status") == "paid"
        );
        using var client = _lab.CreateDefaultClient();
        for (var time = 0; time < 2; time++)
            foreach (var (_, body) in _stripe.Events.Reverse())
            {
                using var webhook = new HttpRequestMessage(HttpMethod.Post, "/api/v1/webhooks/stripe");
                webhook.Content = new StringContent(body, Encoding.UTF8, "application/json");
                webhook.Headers.TryAddWithoutValidation("Stripe-Signature", _stripe.Sign(body));
                using var answer = await client.SendAsync(webhook, TestContext.Current.CancellationToken);
                answer.StatusCode.ShouldBe(HttpStatusCode.NoContent);
            }
        await _lab.Advance(TimeSpan.FromDays(2));

        var capture = _stripe.Captures.ShouldHaveSingleItem();
        capture.Ride.ShouldBe(rideId);
        receipt.Body!["total"]!["amount"]!.GetValue<string>().ShouldBe($"{capture.Amount / 100m:0.00}");
    }
}
