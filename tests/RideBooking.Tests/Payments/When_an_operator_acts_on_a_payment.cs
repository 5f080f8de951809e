using System.Net;
using System.Text.Json.Nodes;
using RideBooking.Contracts;
using RideBooking.Tests.Payments.Gateway;

namespace RideBooking.Tests.Payments;

/// <summary>A debt does not block a rider permanently: operators retry the charge or write it off.</summary>
public sealed class When_an_operator_acts_on_a_payment
{
    readonly SomeRide _ride = new();

    static JsonObject Why => new() { ["reason"] = "goodwill" };

    static Task<MoneyLab> Open(string token, string delays = "") =>
        MoneyLab.Open(("Payments:RetryDelays", delays), ("Payments:DefaultToken", token));

    [Fact]
    public async Task A_write_off_ends_the_debt_once_and_is_audited()
    {
        await using var lab = await Open("tok_declined");
        var op = await lab.As("operator", "op");
        (await op.Post($"operations/payments/{_ride.RideId}/write-off", Why)).ShouldBe(
            HttpStatusCode.NotFound,
            "payment_not_found"
        );
        await lab.DeliverAndSettle(_ride.Quoted());
        (await op.Post($"operations/payments/{_ride.RideId}/write-off", new JsonObject())).ShouldBe(
            HttpStatusCode.BadRequest,
            "validation_failed"
        );
        for (var time = 0; time < 2; time++)
            (await op.Post($"operations/payments/{_ride.RideId}/write-off", Why))
                .ShouldBe(HttpStatusCode.Accepted)
                .Text("state")
                .ShouldBe("writtenOff");
        await lab.Settle();

        lab.SentOf<BalanceWrittenOff>().ShouldHaveSingleItem().Reason.ShouldBe("goodwill");
        lab.Audited.ShouldBe([("write-off-payment", _ride.RideId, "op", "goodwill")]);
        (await op.Get($"rides/{_ride.RideId}/receipt")).Text("status").ShouldBe("writtenOff");
        var rider = await lab.As("rider", _ride.RiderId);
        (await rider.Post("riders/me/balance/pay")).ShouldBe(HttpStatusCode.Conflict, "nothing_outstanding");
        (await op.Post($"operations/payments/{_ride.RideId}/retry", Why)).ShouldBe(
            HttpStatusCode.Conflict,
            "payment_not_due"
        );
    }

    [Theory]
    [InlineData("tok_timeout", "Captured", "captured")]
    [InlineData("tok_timeout_lost", "WrittenOff", "closed")]
    public async Task A_write_off_checks_whether_the_card_was_charged_after_all(
        string token,
        string state,
        string outcome
    )
    {
        await using var lab = await Open(token);
        await lab.DeliverAndSettle(_ride.Quoted());
        var op = await lab.As("operator", "op");
        (await op.Post($"operations/payments/{_ride.RideId}/write-off", Why)).ShouldBe(HttpStatusCode.Accepted);
        await lab.Settle();

        var payment = await lab.Payment(_ride.RideId);
        (payment.Status, payment.Unresolved).ShouldBe((state, false));
        (await lab.Ledger(_ride.RideId)).ShouldHaveSingleItem().Outcome.ShouldBe(outcome);
    }

    [Theory]
    [InlineData("")]
    [InlineData("00:01:00")]
    public async Task A_retry_is_made_at_once(string delays)
    {
        await using var lab = await Open("tok_declined_once", delays);
        await lab.DeliverAndSettle(_ride.Quoted());
        var op = await lab.As("operator", "op");
        (await op.Post($"operations/payments/{_ride.RideId}/retry", Why)).ShouldBe(HttpStatusCode.Accepted);
        await lab.Settle();

        (await lab.Payment(_ride.RideId)).Status.ShouldBe("Captured");
        lab.Audited.ShouldBe([("retry-payment", _ride.RideId, "op", "goodwill")]);
        (await op.Post($"operations/payments/{_ride.RideId}/write-off", Why)).ShouldBe(
            HttpStatusCode.Conflict,
            "payment_not_due"
        );
    }

    [Fact]
    public async Task An_amount_being_retried_is_in_the_balance_and_not_outstanding()
    {
        await using var lab = await Open("tok_declined", "00:01:00");
        await lab.DeliverAndSettle(_ride.Quoted(9.80m));
        var balance = (await (await lab.As("rider", _ride.RiderId)).Get("riders/me/balance")).Body!;
        (Amount("outstanding"), Amount("retrying")).ShouldBe(("0.00", "9.80"));
        balance["retryingRides"]![0]!["rideId"]!.GetValue<Guid>().ShouldBe(_ride.RideId);

        string Amount(string what) => balance[what]!["amount"]!.GetValue<string>();
    }
}
