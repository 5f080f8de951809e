using System.Net;
using System.Text.Json.Nodes;
using RideBooking.Contracts;
using RideBooking.Payments.Gateway;
using RideBooking.Payments.Refunds;
using RideBooking.TestKit.Api;
using RideBooking.TestKit.Contracts;
using RideBooking.Tests.Payments.Gateway;

namespace RideBooking.Tests.Payments.Refunds;

/// <summary>An operator returns money: in full, in part and by line, never more than was captured and never twice.</summary>
public sealed class When_an_operator_refunds_a_payment
{
    readonly SomeRide _ride = new();

    string Path => $"operations/payments/{_ride.RideId}/refund";

    static JsonObject Body(params (string Name, JsonNode? Value)[] members)
    {
        var body = new JsonObject { ["reason"] = "overcharged" };
        foreach (var (name, value) in members)
            body[name] = value;
        return body;
    }

    static JsonObject Euro(string amount) => new() { ["amount"] = amount, ["currency"] = "EUR" };

    static JsonArray Lines(params (string Code, string? Amount)[] lines) =>
        [
            .. lines.Select(line =>
            {
                var part = new JsonObject { ["code"] = line.Code };
                if (line.Amount is not null)
                    part["amount"] = Euro(line.Amount);
                return (JsonNode)part;
            }),
        ];

    async Task<(MoneyLab Lab, Person Operator)> Paid(string token = "tok_visa")
    {
        var lab = await MoneyLab.Open(
            ("Payments:DefaultToken", token),
            ("Messaging:VisibilityTimeout", "00:00:00.010"),
            ("Payments:RetryDelays", "00:01:00")
        );
        await lab.DeliverAndSettle(_ride.Quoted(12.40m) with { Tolls = Samples.Euro(3m) });
        if ((await lab.Payment(_ride.RideId)).Status == "Retrying")
        {
            lab.Clock.Advance(TimeSpan.FromMinutes(1));
            await lab.DeliverAndSettle(new RideBooking.Payments.RetryDue(_ride.RideId, 1));
        }
        (await lab.Payment(_ride.RideId)).Status.ShouldBe("Captured");
        return (lab, await lab.As("operator", "op"));
    }

    async Task<decimal> Returned(MoneyLab lab) =>
        (await lab.Ledger(_ride.RideId))
            .Where(entry => entry.Outcome == SandboxCharge.Refunded)
            .Sum(entry => entry.Amount.Amount);

    [Fact]
    public async Task A_full_refund_returns_the_captured_amount_once()
    {
        var (lab, op) = await Paid();
        await using var _ = lab;
        (await op.Post(Path, Body(("reasonCode", "overcharged")))).ShouldBe(HttpStatusCode.Accepted);
        await lab.Settle();

        var refunded = lab.SentOf<PaymentRefunded>().ShouldHaveSingleItem();
        (
            refunded.Amount,
            refunded.TotalRefunded,
            refunded.Captured,
            refunded.ReasonCode,
            refunded.DriverBears
        ).ShouldBe((Samples.Euro(15.40m), Samples.Euro(15.40m), Samples.Euro(15.40m), "overcharged", true));
        (await lab.Payment(_ride.RideId)).Status.ShouldBe("Refunded");
        (await Returned(lab)).ShouldBe(15.40m);
        lab.Audited.ShouldBe([("refund-payment", _ride.RideId, "op", "overcharged")]);
        (await op.Post(Path, Body())).ShouldBe(HttpStatusCode.Conflict, "refund_exceeds_payment");

        var receipt = (await op.Get($"rides/{_ride.RideId}/receipt")).Body!;
        receipt["refunded"]!["amount"]!.GetValue<string>().ShouldBe("15.40");
        receipt["total"]!["amount"]!.GetValue<string>().ShouldBe("15.40");
        receipt["refunds"]!.AsArray().Count.ShouldBe(1);
    }

    [Fact]
    public async Task Parts_and_lines_are_refunded_up_to_the_captured_amount()
    {
        var (lab, op) = await Paid();
        await using var _ = lab;
        (await op.Post(Path, Body(("lines", Lines(("tolls", "1.00")))))).ShouldBe(HttpStatusCode.Accepted);
        await lab.Settle();
        (await op.Post(Path, Body(("lines", Lines(("tolls", "2.01")))))).ShouldBe(
            HttpStatusCode.Conflict,
            "refund_exceeds_payment"
        );
        (await op.Post(Path, Body(("lines", Lines(("tolls", null)))))).ShouldBe(HttpStatusCode.Accepted);
        await lab.Settle();
        (await op.Post(Path, Body(("amount", Euro("12.41"))))).ShouldBe(
            HttpStatusCode.Conflict,
            "refund_exceeds_payment"
        );
        (await op.Post(Path, Body(("amount", Euro("12.40"))))).ShouldBe(HttpStatusCode.Accepted);
        await lab.Settle();

        lab.SentOf<PaymentRefunded>()
            .Select(refund => (refund.Number, refund.Amount.Amount, refund.TotalRefunded.Amount, refund.Lines.Count))
            .ShouldBe([(1, 1m, 1m, 1), (2, 2m, 3m, 1), (3, 12.40m, 15.40m, 0)]);
        (await lab.Payment(_ride.RideId)).Status.ShouldBe("Refunded");
        (await Returned(lab)).ShouldBe(15.40m);
    }

    [Theory]
    [InlineData("""{"reason":"x","amount":{"amount":"1.005","currency":"EUR"}}""")]
    [InlineData("""{"reason":"x","amount":{"amount":"1.00","currency":"CHF"}}""")]
    [InlineData("""{"reason":"x","amount":{"amount":"0.00","currency":"EUR"}}""")]
    [InlineData("""{"reason":"x","amount":{"amount":"-1.00","currency":"EUR"}}""")]
    [InlineData("""{"reason":"x","lines":[]}""")]
    [InlineData("""{"reason":"x","lines":[{"code":"unknown"}]}""")]
    [InlineData("""{"reason":"x","lines":[{"code":"tolls"},{"code":"tolls"}]}""")]
    [InlineData("""{"reason":"x","lines":[{"code":"tolls"}],"amount":{"amount":"1.00","currency":"EUR"}}""")]
    [InlineData("""{"reason":"x","reasonCode":"because"}""")]
    [InlineData("""{"amount":{"amount":"1.00","currency":"EUR"}}""")]
    public async Task An_invalid_request_is_refused_and_returns_nothing(string body)
    {
        var (lab, op) = await Paid();
        await using var _ = lab;
        (await op.Post(Path, JsonNode.Parse(body)!.AsObject())).ShouldBe(
            HttpStatusCode.BadRequest,
            "validation_failed"
        );
        (await Returned(lab)).ShouldBe(0m);
        lab.Audited.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_payment_that_is_not_captured_cannot_be_refunded()
    {
        await using var lab = await MoneyLab.Open(
            ("Payments:RetryDelays", ""),
            ("Payments:DefaultToken", "tok_declined")
        );
        var op = await lab.As("operator", "op");
        (await op.Post(Path, Body())).ShouldBe(HttpStatusCode.NotFound, "payment_not_found");
        await lab.DeliverAndSettle(_ride.Quoted());
        (await op.Post(Path, Body())).ShouldBe(HttpStatusCode.Conflict, "payment_not_captured");
    }

    [Fact]
    public async Task Another_refund_waits_until_the_gateway_has_answered()
    {
        var (lab, op) = await Paid();
        await using var _ = lab;
        (await op.Post(Path, Body(("amount", Euro("1.00"))))).ShouldBe(HttpStatusCode.Accepted);
        (await op.Post(Path, Body(("amount", Euro("1.00"))))).ShouldBe(HttpStatusCode.Conflict, "refund_in_progress");
        await lab.Settle();
        (await op.Post(Path, Body(("amount", Euro("1.00"))))).ShouldBe(HttpStatusCode.Accepted);
        await lab.Settle();
        (await Returned(lab)).ShouldBe(2m);
        lab.Audited.Count.ShouldBe(2);
    }

    [Theory]
    [InlineData("tok_timeout")]
    [InlineData("tok_timeout_lost")]
    public async Task A_refund_without_an_answer_is_requested_again_and_returned_once(string token)
    {
        var (lab, op) = await Paid(token);
        await using var _ = lab;
        (await op.Post(Path, Body(("amount", Euro("2.00"))))).ShouldBe(HttpStatusCode.Accepted);
        await lab.Settle();
        (await lab.Payment(_ride.RideId)).Status.ShouldBe("Refunding");
        lab.SentOf<PaymentRefunded>().ShouldBeEmpty();

        lab.Clock.Advance(TimeSpan.FromMinutes(1));
        for (var time = 0; time < 3; time++)
            await lab.DeliverAndSettle(new RefundDue(_ride.RideId, 1, 1));
        lab.SentOf<PaymentRefunded>().ShouldHaveSingleItem().Amount.ShouldBe(Samples.Euro(2m));
        (await Returned(lab)).ShouldBe(2m);
        (await lab.Payment(_ride.RideId)).Status.ShouldBe("Captured");
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task Messages_of_a_refund_that_come_again_in_any_order_return_nothing_more(int seed)
    {
        var (lab, op) = await Paid(
            seed == 1 ? "tok_visa"
            : seed == 2 ? "tok_timeout"
            : "tok_timeout_lost"
        );
        await using var _ = lab;
        var random = new Random(seed);
        (await op.Post(Path, Body(("amount", Euro("2.00"))))).ShouldBe(HttpStatusCode.Accepted);
        List<object> all = [new RefundDue(_ride.RideId, 1, 1), new RefundDue(_ride.RideId, 1, 2)];
        for (var round = 0; round < 8; round++)
        {
            all.AddRange((await lab.TakeOutbox()).Where(message => !all.Contains(message)));
            var storm = all.SelectMany(message => Enumerable.Repeat(message, random.Next(1, 3))).ToArray();
            random.Shuffle(storm);
            await Task.WhenAll(storm.Take(12).Select(message => Task.Run(() => lab.Deliver(message))));
            lab.Clock.Advance(TimeSpan.FromMinutes(1));
        }
        await lab.Settle();
        await lab.DeliverAndSettle(
            new RefundDue(_ride.RideId, 1, (await lab.Payment(_ride.RideId)).Refunds![0].Attempt)
        );

        (await Returned(lab)).ShouldBe(2m);
        lab.SentOf<PaymentRefunded>().Select(refund => refund.RefundId).Distinct().Count().ShouldBe(1);
        (await lab.Payment(_ride.RideId)).Status.ShouldBe("Captured");
    }
}
