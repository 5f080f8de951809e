using System.Net;
using System.Text.Json.Nodes;
using RideBooking.Contracts;
using RideBooking.TestKit.Api;

namespace RideBooking.Tests.Payments.Methods;

public sealed class PaymentMethodsTests : IAsyncLifetime
{
    MoneyLab _lab = null!;

    public async ValueTask InitializeAsync() => _lab = await MoneyLab.Open();

    public ValueTask DisposeAsync() => _lab.DisposeAsync();

    static JsonObject Card(string token, string? label = null, bool? makeDefault = null) =>
        new()
        {
            ["token"] = token,
            ["label"] = label,
            ["makeDefault"] = makeDefault,
        };

    [Fact]
    public async Task The_first_becomes_the_default_and_another_when_the_rider_says_so()
    {
        var rider = await _lab.As("rider", "rider-1");
        var first = (await rider.Post("riders/me/payment-methods", Card("tok_visa", "work"))).ShouldBe(
            HttpStatusCode.Created
        );
        first.Body!["isDefault"]!.GetValue<bool>().ShouldBeTrue();
        (first.Text("brand"), first.Text("last4"), first.Text("label")).ShouldBe(("visa", "4242", "work"));
        first.Body!["token"].ShouldBeNull();

        _lab.Clock.Advance(TimeSpan.FromSeconds(1));
        await rider.Post("riders/me/payment-methods", Card("tok_declined"));
        (await Listed(rider)).ShouldBe([("4242", true), ("0002", false)]);

        _lab.Clock.Advance(TimeSpan.FromSeconds(1));
        await rider.Post("riders/me/payment-methods", Card("tok_mastercard", makeDefault: true));
        (await Listed(rider)).ShouldBe([("4444", true), ("4242", false), ("0002", false)]);

        (await Listed(await _lab.As("rider", "rider-2"))).ShouldBeEmpty();
    }

    [Theory]
    [InlineData("", "malformed_request")]
    [InlineData("{}", "validation_failed")]
    [InlineData("""{"token":""}""", "validation_failed")]
    [InlineData("""{"token":"4242424242424242"}""", "validation_failed")]
    [InlineData("""{"token":"tok_nonsense"}""", "validation_failed")]
    [InlineData("""{"token":"tok_visa","label":""}""", "validation_failed")]
    public async Task What_is_no_method_is_refused(string body, string code)
    {
        var rider = await _lab.As("rider", "rider-1");
        (await rider.PostRaw("riders/me/payment-methods", body)).ShouldBe(HttpStatusCode.BadRequest, code);
    }

    [Fact]
    public async Task Are_deleted_when_the_rider_is_forgotten()
    {
        var (rider, another) = (await _lab.As("rider", "rider-1"), await _lab.As("rider", "rider-2"));
        await rider.Post("riders/me/payment-methods", Card("tok_visa", "work"));
        await rider.Post("riders/me/payment-methods", Card("tok_mastercard"));
        await another.Post("riders/me/payment-methods", Card("tok_visa"));

        for (var time = 0; time < 2; time++)
            await _lab.Deliver(new RiderForgotten("rider-1", _lab.Now));

        (await Listed(rider)).ShouldBeEmpty();
        (await Listed(another)).ShouldBe([("4242", true)]);
    }

    [Fact]
    public async Task Are_for_riders_only()
    {
        var driver = await _lab.As("driver", "driver-1");
        (await driver.Get("riders/me/payment-methods")).ShouldBe(HttpStatusCode.Forbidden, "forbidden");
        (await driver.Get("riders/me/balance")).ShouldBe(HttpStatusCode.Forbidden, "forbidden");
    }

    [Fact]
    public async Task A_balance_is_not_paid_with_anothers_method()
    {
        var rider = await _lab.As("rider", "rider-1");
        var method = new JsonObject { ["paymentMethodId"] = Guid.CreateVersion7().ToString() };
        (await rider.Post("riders/me/balance/pay", method)).ShouldBe(HttpStatusCode.BadRequest, "validation_failed");
    }

    [Fact]
    public async Task An_operator_sees_the_payment_of_a_ride()
    {
        var ride = new SomeRide();
        await _lab.DeliverAndSettle(ride.Quoted());
        var op = await _lab.As("operator", "op");
        var payment = (await op.Get($"operations/payments/{ride.RideId}")).ShouldBe(HttpStatusCode.OK);
        (payment.Text("state"), payment.Text("idempotencyKey")).ShouldBe(("captured", $"ride/{ride.RideId}/charge/1"));
        (await op.Get($"operations/payments/{Guid.CreateVersion7()}")).ShouldBe(
            HttpStatusCode.NotFound,
            "payment_not_found"
        );
    }

    static async Task<List<(string, bool)>> Listed(Person rider) =>
        [
            .. (await rider.Get("riders/me/payment-methods")).ShouldBe(HttpStatusCode.OK).Body!["items"]!
                .AsArray()
                .Select(method => (method!["last4"]!.GetValue<string>(), method["isDefault"]!.GetValue<bool>())),
        ];
}
