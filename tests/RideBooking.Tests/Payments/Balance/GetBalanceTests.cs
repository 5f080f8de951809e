using System.Net;
using System.Text.Json.Nodes;
using RideBooking.Contracts;
using RideBooking.TestKit.Api;
using RideBooking.TestKit.Contracts;

namespace RideBooking.Tests.Payments.Balance;

/// <summary>Riders see their outstanding balance and pay it.</summary>
public sealed class GetBalanceTests
{
    [Fact]
    public async Task Is_the_unpaid_amount_until_the_rider_pays_it()
    {
        await using var lab = await MoneyLab.Open(
            ("Payments:RetryDelays", ""),
            ("Payments:DefaultToken", "tok_declined")
        );
        var ride = new SomeRide();
        await lab.DeliverAndSettle(ride.Quoted(9.80m));
        var rider = await lab.As("rider", ride.RiderId);
        Outstanding(await rider.Get("riders/me/balance")).ShouldBe(("9.80", 1));

        // The same card again is still declined, and the outstanding balance is not published a second time.
        (await rider.Post("riders/me/balance/pay")).ShouldBe(HttpStatusCode.Accepted);
        await lab.Settle();
        Outstanding(await rider.Get("riders/me/balance")).ShouldBe(("9.80", 1));
        lab.SentOf<BalanceOutstanding>().Count.ShouldBe(1);
        lab.SentOf<PaymentFailed>()
            .Select(failed => (failed.Attempt, failed.WillRetry))
            .ShouldBe([(1, false), (2, false)]);

        await AddCard(rider, "tok_visa");
        (await rider.Post("riders/me/balance/pay")).ShouldBe(HttpStatusCode.Accepted);
        (await rider.Post("riders/me/balance/pay")).ShouldBe(HttpStatusCode.Accepted); // already being paid
        await lab.Settle();
        Outstanding(await rider.Get("riders/me/balance")).ShouldBe(("0.00", 0));
        lab.SentOf<PaymentCaptured>().ShouldHaveSingleItem().Attempt.ShouldBe(3);
        lab.SentOf<BalanceSettled>().ShouldHaveSingleItem().Amount.ShouldBe(Samples.Euro(9.80m));
        (await rider.Post("riders/me/balance/pay")).ShouldBe(HttpStatusCode.Conflict, "nothing_outstanding");
    }

    static (string, int) Outstanding(Answer balance) =>
        (
            balance.ShouldBe(HttpStatusCode.OK).Body!["outstanding"]!["amount"]!.GetValue<string>(),
            balance.Body!["rides"]!.AsArray().Count
        );

    static async Task<Guid?> AddCard(Person rider, string token) =>
        Guid.Parse(
            (
                await rider.Post(
                    "riders/me/payment-methods",
                    new JsonObject { ["token"] = token, ["makeDefault"] = token == "tok_visa" }
                )
            )
                .ShouldBe(HttpStatusCode.Created)
                .Text("id")
        );
}
