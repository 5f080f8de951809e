using System.Net;
using System.Text.Json.Nodes;
using RideBooking.Contracts;
using RideBooking.TestKit.Api;
using RideBooking.Tests.Payments.Gateway;

namespace RideBooking.Tests.Payments.Methods;

/// <summary>Riders remove cards and change the default, also while money is being collected.</summary>
public sealed class When_a_card_is_removed_or_changed
{
    readonly SomeRide _ride = new();

    static async Task<Guid> Add(Person rider, string token, bool makeDefault = false) =>
        Guid.Parse(
            (
                await rider.Post(
                    "riders/me/payment-methods",
                    new JsonObject { ["token"] = token, ["makeDefault"] = makeDefault }
                )
            )
                .ShouldBe(HttpStatusCode.Created)
                .Text("id")
        );

    [Fact]
    public async Task Another_can_be_added_to_fifty_once_one_is_removed()
    {
        await using var lab = await MoneyLab.Open();
        var rider = await lab.As("rider", _ride.RiderId);
        var first = await Add(rider, "tok_visa");
        for (var card = 1; card < 50; card++)
            await Add(rider, "tok_visa");
        (await rider.Post("riders/me/payment-methods", new JsonObject { ["token"] = "tok_visa" })).ShouldBe(
            HttpStatusCode.Conflict,
            "too_many_payment_methods"
        );
        (await rider.Delete($"riders/me/payment-methods/{first}")).ShouldBe(HttpStatusCode.NoContent);
        await Add(rider, "tok_visa");
        (await rider.Delete($"riders/me/payment-methods/{first}")).ShouldBe(
            HttpStatusCode.NotFound,
            "payment_method_not_found"
        );
        var another = await lab.As("rider", "rider-2");
        var theirs = await Add(another, "tok_visa");
        (await rider.Delete($"riders/me/payment-methods/{theirs}")).ShouldBe(
            HttpStatusCode.NotFound,
            "payment_method_not_found"
        );
        (await rider.Put($"riders/me/payment-methods/{theirs}/default", new JsonObject())).ShouldBe(
            HttpStatusCode.NotFound,
            "payment_method_not_found"
        );
    }

    [Fact]
    public async Task The_new_default_is_charged_at_the_next_attempt()
    {
        await using var lab = await MoneyLab.Open();
        var rider = await lab.As("rider", _ride.RiderId);
        await Add(rider, "tok_timeout_lost");
        var other = await Add(rider, "tok_mastercard");
        await lab.DeliverAndSettle(_ride.Quoted());

        (await rider.Put($"riders/me/payment-methods/{other}/default", new JsonObject()))
            .ShouldBe(HttpStatusCode.OK)
            .Body!["isDefault"]!
            .GetValue<bool>()
            .ShouldBeTrue();
        await lab.Advance(TimeSpan.FromMinutes(1));

        (await lab.Ledger(_ride.RideId))
            .OrderBy(entry => entry.Key)
            .Select(entry => (entry.Token, entry.Outcome))
            .ShouldBe([("tok_timeout_lost", "closed"), ("tok_mastercard", "captured")]);
    }

    [Fact]
    public async Task A_removed_card_is_not_charged_again()
    {
        await using var lab = await MoneyLab.Open();
        var rider = await lab.As("rider", _ride.RiderId);
        var removed = await Add(rider, "tok_timeout_lost");
        var ride = _ride with { PaymentMethodId = removed };
        await lab.DeliverAndSettle(ride.Quoted());
        (await rider.Delete($"riders/me/payment-methods/{removed}")).ShouldBe(HttpStatusCode.NoContent);
        await Add(rider, "tok_visa");
        await lab.Advance(TimeSpan.FromMinutes(1));

        (await lab.Ledger(ride.RideId)).Single(entry => entry.Outcome == "captured").Token.ShouldBe("tok_visa");
        lab.SentOf<PaymentCaptured>().Count.ShouldBe(1);
    }

    [Fact]
    public async Task Without_any_card_left_an_earlier_charge_is_looked_up_and_otherwise_the_amount_is_outstanding()
    {
        foreach (var (token, state) in new[] { ("tok_timeout", "Captured"), ("tok_timeout_lost", "Outstanding") })
        {
            await using var lab = await MoneyLab.Open(("Payments:DefaultToken", ""));
            var rider = await lab.As("rider", _ride.RiderId);
            var card = await Add(rider, token);
            await lab.DeliverAndSettle(_ride.Quoted());
            await rider.Delete($"riders/me/payment-methods/{card}");
            await lab.Advance(TimeSpan.FromMinutes(1));
            (await lab.Payment(_ride.RideId)).Status.ShouldBe(state);
        }
    }

    [Fact]
    public async Task A_card_named_during_a_charge_is_used_from_then_on_and_nothing_is_charged_twice()
    {
        await using var lab = await MoneyLab.Open();
        var rider = await lab.As("rider", _ride.RiderId);
        await Add(rider, "tok_declined");
        var good = await Add(rider, "tok_visa");
        await lab.Deliver(_ride.Quoted());
        await lab.Deliver((await lab.TakeOutbox()).Single()); // the fare
        var first = (await lab.TakeOutbox()).ShouldHaveSingleItem(); // in transit to the gateway
        (await rider.Post("riders/me/balance/pay", new JsonObject { ["paymentMethodId"] = good.ToString() })).ShouldBe(
            HttpStatusCode.Accepted
        );
        var second = (await lab.TakeOutbox()).ShouldHaveSingleItem();
        await Task.WhenAll(
            new[] { first, second, first, second }.Select(message => Task.Run(() => lab.Deliver(message)))
        );
        await lab.Settle();

        (await lab.Payment(_ride.RideId)).Status.ShouldBe("Captured");
        (await lab.Ledger(_ride.RideId)).Single(entry => entry.Outcome == "captured").Token.ShouldBe("tok_visa");
        lab.SentOf<PaymentCaptured>().Count.ShouldBe(1);
    }
}
