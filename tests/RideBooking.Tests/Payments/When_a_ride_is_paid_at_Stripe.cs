using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using CsCheck;
using RideBooking.Contracts;
using RideBooking.Payments;
using RideBooking.Payments.Authorizations;
using RideBooking.Payments.Balance;
using RideBooking.Payments.Refunds;
using RideBooking.TestKit.Api;
using RideBooking.TestKit.Contracts;
using RideBooking.TestKit.Payments;

namespace RideBooking.Tests.Payments;

/// <summary>Rides, cards, the state machine, the Stripe gateway and its webhooks, at a double of Stripe.</summary>
public sealed class When_a_ride_is_paid_at_Stripe : IAsyncLifetime
{
    static readonly TimeSpan s_minute = TimeSpan.FromMinutes(1);

    // The answer to an operator does not wait for consumers, which the test runs itself.
    static readonly (string, string) s_immediately = ("Messaging:VisibilityTimeout", "00:00:00.010");

    readonly SomeRide _ride = new();
    StripeDouble _stripe = null!;
    MoneyLab _lab = null!;

    public async ValueTask InitializeAsync()
    {
        _stripe = await StripeDouble.Start();
        _lab = await MoneyLab.OpenAt(
            _stripe,
            s_immediately,
            ("Payments:RetryDelays", "00:01:00,00:10:00,01:00:00,1.00:00:00")
        );
    }

    public async ValueTask DisposeAsync()
    {
        await _lab.DisposeAsync();
        await _stripe.DisposeAsync();
    }

    async Task<Guid> AddCard(string token = "pm_card_visa")
    {
        var rider = await _lab.As("rider", _ride.RiderId);
        var added = await rider.Post("riders/me/payment-methods", new JsonObject { ["token"] = token });
        return Guid.Parse(added.ShouldBe(HttpStatusCode.Created).Text("id"));
    }

    void FailOnce(string operation, StripeFault fault) =>
        _stripe.Faults = call =>
        {
            if (call.Operation != operation)
                return StripeFault.None;
            _stripe.Faults = _ => StripeFault.None;
            return fault;
        };

    static async Task<HttpStatusCode> Send(MoneyLab lab, string body, string? signature)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/v1/webhooks/stripe");
        request.Content = new StringContent(body, Encoding.UTF8, "application/json");
        if (signature is not null)
            request.Headers.TryAddWithoutValidation("Stripe-Signature", signature);
        using var answer = await lab.App.Client.SendAsync(request, MoneyLab.Stop);
        return answer.StatusCode;
    }

    async Task Webhook(string type)
    {
        foreach (var (_, body) in _stripe.Events.Where(sent => sent.Type == type).ToList())
            (await Send(_lab, body, _stripe.Sign(body))).ShouldBe(HttpStatusCode.NoContent);
        await _lab.Settle();
    }

    async Task<string> Status() => (await _lab.Payment(_ride.RideId)).Status;

    Task Assign() => Assign(_lab, _ride);

    /// <summary>Requests the ride at a quote of 12.40 EUR and assigns a driver.</summary>
    static async Task Assign(MoneyLab lab, SomeRide ride)
    {
        await lab.DeliverAndSettle(Requested(ride));
        await lab.DeliverAndSettle(Events.DriverAssigned(ride.RideId, SomeRide.At, ride.RiderId));
    }

    static RideRequestedV2 Requested(SomeRide ride) =>
        ride.Requested with
        {
            QuoteId = ride.RideId,
            QuotedFare = Samples.Euro(12.40m),
            QuotedDistanceMeters = 6000,
        };

    static RideCompleted Completed(SomeRide ride) => ride.Quoted() with { QuoteId = ride.RideId };

    Task End() => _lab.DeliverAndSettle(Completed(_ride));

    [Fact]
    public async Task The_fare_is_captured_from_the_authorization_of_a_saved_card_once()
    {
        await AddCard();
        _lab.RecordsRequests = false;
        await Assign();
        (await Status()).ShouldBe("Authorized");
        _stripe.States(_ride.RideId.ToString()).ShouldBe(["requires_capture"]);
        await End();
        (await Status()).ShouldBe("Captured");
        var capture = _stripe.Captures.ShouldHaveSingleItem();
        (capture.Ride, capture.Amount, capture.Currency).ShouldBe((_ride.RideId.ToString(), 1240L, "eur"));
        _lab.SentOf<PaymentCaptured>().ShouldHaveSingleItem().Amount.ShouldBe(Samples.Euro(12.40m));
    }

    [Theory]
    [InlineData("confirm")]
    [InlineData("create")]
    public async Task A_lost_answer_is_resolved_by_the_next_attempt(string lost)
    {
        await AddCard();
        FailOnce(lost, StripeFault.ResetAfter);
        await _lab.DeliverAndSettle(_ride.Completed);
        (await Status()).ShouldBe("Retrying");
        _stripe.ForgetKeys();
        await _lab.Advance(s_minute);
        (await Status()).ShouldBe("Captured");
        _stripe.Captures.Count.ShouldBe(1);
    }

    [Fact]
    public async Task A_lost_answer_arrives_by_a_webhook_however_often_that_comes()
    {
        await AddCard();
        FailOnce("confirm", StripeFault.ResetAfter);
        await _lab.DeliverAndSettle(_ride.Completed);
        (await Status()).ShouldBe("Retrying");
        for (var time = 0; time < 3; time++)
            await Webhook("payment_intent.succeeded");
        (await Status()).ShouldBe("Captured");
        await _lab.Advance(TimeSpan.FromDays(2));
        _lab.SentOf<PaymentCaptured>().Count.ShouldBe(1);
        _stripe.Captures.Count.ShouldBe(1);
    }

    [Fact]
    public async Task A_decline_whose_answer_was_lost_is_looked_up_when_its_webhook_comes()
    {
        await AddCard("pm_card_chargeCustomerFail");
        FailOnce("confirm", StripeFault.ResetAfter);
        await _lab.DeliverAndSettle(_ride.Completed);
        var before = await _lab.Payment(_ride.RideId);
        (before.Status, before.FailureKind).ShouldBe(("Retrying", "unavailable"));
        for (var time = 0; time < 2; time++)
            await Webhook("payment_intent.payment_failed");
        var after = await _lab.Payment(_ride.RideId);
        (after.Status, after.FailureKind, after.FailureCode, after.KeyNumber).ShouldBe(
            ("Retrying", "declined", "card_declined", 2)
        );
        _stripe.Captures.ShouldBeEmpty();
    }

    [Fact]
    public async Task An_authorization_whose_answer_was_lost_arrives_by_a_webhook()
    {
        await AddCard();
        _lab.RecordsRequests = false;
        FailOnce("confirm", StripeFault.ResetAfter);
        await Assign();
        (await Status()).ShouldBe("Authorizing");
        for (var time = 0; time < 2; time++)
            await Webhook("payment_intent.amount_capturable_updated");
        (await Status()).ShouldBe("Authorized");
        await End();
        // An old event again: the ride is paid from the authorization.
        await Webhook("payment_intent.amount_capturable_updated");
        (await Status()).ShouldBe("Captured");
        _stripe.Captures.Count.ShouldBe(1);
    }

    [Fact]
    public async Task A_capture_whose_answer_was_lost_arrives_by_a_webhook_and_can_be_refunded()
    {
        await AddCard();
        _lab.RecordsRequests = false;
        await Assign();
        FailOnce("capture", StripeFault.ResetAfter);
        await End();
        (await Status()).ShouldBe("Retrying");
        await Webhook("payment_intent.succeeded");
        var payment = await _lab.Payment(_ride.RideId);
        (payment.Status, payment.AuthorizationState).ShouldBe(("Captured", AuthorizationStates.Captured));

        FailOnce("refund", StripeFault.ResetAfter);
        await Refund(3m);
        (await Status()).ShouldBe("Refunding");
        for (var time = 0; time < 2; time++)
            await Webhook("refund.updated");
        (await Status()).ShouldBe("Captured");
        await _lab.Advance(TimeSpan.FromDays(3));
        _stripe.Returned.ShouldHaveSingleItem().Amount.ShouldBe(300);
        _lab.SentOf<PaymentRefunded>().Count.ShouldBe(1);
    }

    Task<Answer> Refund(decimal amount) => RefundAt(_lab, _ride.RideId, amount);

    static async Task<Answer> RefundAt(MoneyLab lab, Guid rideId, decimal amount)
    {
        var op = await lab.As("operator", "op");
        var answer = await op.Post(
            $"operations/payments/{rideId}/refund",
            new JsonObject
            {
                ["amount"] = new JsonObject { ["amount"] = $"{amount:0.00}", ["currency"] = "EUR" },
                ["reason"] = "The driver took a detour.",
            }
        );
        await lab.Settle();
        return answer;
    }

    [Fact]
    public async Task A_refund_that_fails_after_it_succeeded_and_a_dispute_are_logged_for_operators()
    {
        await AddCard();
        await _lab.DeliverAndSettle(_ride.Quoted());
        (await Refund(3m)).ShouldBe(HttpStatusCode.Accepted);
        _stripe.FailRefund($"ride/{_ride.RideId}/refund/1");
        _stripe.Dispute(_stripe.Captures[0].Intent);
        await Webhook("refund.failed");
        await Webhook("charge.dispute.created");
        (await Status()).ShouldBe("Captured");
        var log = _lab.App.Log.Select(entry => entry.ToString()).ToList();
        log.ShouldContain(entry => entry.Contains("failed at Stripe (lost_or_stolen_card)"));
        log.ShouldContain(entry => entry.Contains("is disputed (fraudulent)"));
    }

    [Fact]
    public async Task Another_card_pays_when_the_first_never_answered_and_only_that_one()
    {
        await AddCard();
        _stripe.Faults = call => call.Operation == "confirm" ? StripeFault.ErrorBefore : StripeFault.None;
        await _lab.DeliverAndSettle(_ride.Completed);
        var other = await AddCard("pm_card_mastercard");
        _stripe.Faults = _ => StripeFault.None;
        (await _lab.Send(new PayNow(_ride.RideId, other))).ShouldBeTrue();
        await _lab.Settle();
        (await Status()).ShouldBe("Captured");
        _stripe.Captures.ShouldHaveSingleItem().Card.ShouldBe("pm_card_mastercard");
        _stripe.States(_ride.RideId.ToString()).Order().ShouldBe(["canceled", "succeeded"]);
    }

    [Theory]
    [InlineData("none", HttpStatusCode.BadRequest)]
    [InlineData("garbage", HttpStatusCode.BadRequest)]
    [InlineData("another secret", HttpStatusCode.BadRequest)]
    [InlineData("another body", HttpStatusCode.BadRequest)]
    [InlineData("too old", HttpStatusCode.BadRequest)]
    [InlineData("valid", HttpStatusCode.NoContent)]
    public async Task Only_a_webhook_that_Stripe_signed_just_now_is_heard(string signature, HttpStatusCode status)
    {
        await AddCard();
        FailOnce("confirm", StripeFault.ResetAfter);
        await _lab.DeliverAndSettle(_ride.Completed);
        var body = _stripe.Events.Single(sent => sent.Type == "payment_intent.succeeded").Body;
        var header = signature switch
        {
            "none" => null,
            "garbage" => "t=1,v1=zz",
            "another secret" => _stripe.Sign(body, secret: "whsec_another"),
            "another body" => _stripe.Sign(body + " "),
            "too old" => _stripe.Sign(body, _lab.Now - TimeSpan.FromSeconds(301)),
            _ => _stripe.Sign(body),
        };
        (await Send(_lab, body, header)).ShouldBe(status);
        await _lab.Settle();
        (await Status()).ShouldBe(status == HttpStatusCode.NoContent ? "Captured" : "Retrying");
    }

    [Theory]
    [InlineData(
        """{"id":"evt_1","object":"event","type":"customer.created","data":{"object":{"id":"cus_1","object":"customer"}}}"""
    )]
    [InlineData(
        """{"id":"evt_1","object":"event","type":"a.new.one","data":{"object":{"id":"x_1","object":"thing"}}}"""
    )]
    [InlineData(
        """{"id":"evt_1","object":"event","type":"payment_intent.succeeded","data":{"object":{"id":"pi_1","object":"payment_intent","status":"succeeded","metadata":{}}}}"""
    )]
    [InlineData(
        """{"id":"evt_1","object":"event","type":"payment_intent.succeeded","data":{"object":{"id":"pi_1","object":"payment_intent","status":"succeeded","metadata":{"ridebooking_key":"ride/0198c0de-0000-7000-8000-000000000001/charge/1"}}}}"""
    )]
    public async Task An_event_that_concerns_no_payment_of_ours_is_acknowledged(string body)
    {
        (await Send(_lab, body, _stripe.Sign(body))).ShouldBe(HttpStatusCode.NoContent);
        (await _lab.TakeOutbox()).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_signed_body_that_is_no_event_is_refused()
    {
        foreach (var body in new[] { "", "[]", "{", "{\"object\":\"list\"}" })
            ((int)await Send(_lab, body, _stripe.Sign(body))).ShouldBeLessThan(500, body);
    }

    [Fact]
    public async Task The_sandbox_has_no_webhook()
    {
        await using var sandbox = await MoneyLab.Open();
        (await Send(sandbox, "{}", _stripe.Sign("{}"))).ShouldBe(HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task A_card_is_not_added_while_Stripe_does_not_answer()
    {
        var rider = await _lab.As("rider", _ride.RiderId);
        var card = new JsonObject { ["token"] = "pm_card_visa" };
        FailOnce("customer", StripeFault.RateLimited);
        (await rider.Post("riders/me/payment-methods", card)).ShouldBe(
            HttpStatusCode.ServiceUnavailable,
            "unavailable"
        );
        (await rider.Post("riders/me/payment-methods", card)).ShouldBe(HttpStatusCode.Created);
        foreach (var invalid in new[] { "tok_visa", "pm_unknown", "cus_1/pm_1", "pm_card_visa_chargeDeclined" })
            (await rider.Post("riders/me/payment-methods", new JsonObject { ["token"] = invalid })).ShouldBe(
                HttpStatusCode.BadRequest,
                "validation_failed"
            );
    }

    [Theory]
    [InlineData(StripeFault.None)]
    [InlineData(StripeFault.ResetAfter)]
    public async Task The_cards_of_a_forgotten_rider_are_removed_from_Stripe(StripeFault fault)
    {
        await AddCard();
        await AddCard("pm_card_mastercard");
        _stripe.SavedCards.ShouldBe(2);
        FailOnce("detach", fault);
        for (var time = 0; time < 2; time++)
            await _lab.DeliverAndSettle(new RiderForgotten(_ride.RiderId, _lab.Now));
        _stripe.SavedCards.ShouldBe(0);
        var rider = await _lab.As("rider", _ride.RiderId);
        (await rider.Get("riders/me/payment-methods")).Body!["items"]!.AsArray().ShouldBeEmpty();
    }

    [Theory]
    [InlineData(StripeFault.None, 0)]
    [InlineData(StripeFault.RateLimited, 1)]
    public async Task A_removed_card_is_removed_from_Stripe_if_it_answers(StripeFault fault, int saved)
    {
        var card = await AddCard();
        var rider = await _lab.As("rider", _ride.RiderId);
        FailOnce("detach", fault);
        (await rider.Delete($"riders/me/payment-methods/{card}")).ShouldBe(HttpStatusCode.NoContent);
        (await rider.Delete($"riders/me/payment-methods/{card}")).ShouldBe(HttpStatusCode.NotFound);
        _stripe.SavedCards.ShouldBe(saved);
        await _lab.DeliverAndSettle(_ride.Completed);
        (await Status()).ShouldBe("Outstanding");
        _stripe.Captures.ShouldBeEmpty();
    }

    /// <summary>
    /// Stripe fails at random calls in random ways and forgets its keys; commands, webhooks and answers come again in random
    /// order, at once; the rider names other cards. However it goes, no ride is paid twice, and in the end it is paid once and
    /// the books agree.
    /// </summary>
    [Fact]
    public async Task Nothing_is_captured_twice_whatever_fails() =>
        await Gen.Select(Gen.Int[0, 1_000_000], Gen.Bool)
            .SampleAsync(
                async (seed, isAuthorized) =>
                {
                    await using var stripe = await StripeDouble.Start();
                    await using var lab = await MoneyLab.OpenAt(
                        stripe,
                        s_immediately,
                        ("Payments:RetryDelays", "00:01:00,00:10:00"),
                        ("Payments:DefaultToken", "pm_card_visa")
                    );
                    await new Storm(stripe, lab, new Random(seed)).Run(isAuthorized);
                },
                iter: 12,
                threads: 1
            );

    sealed class Storm(StripeDouble stripe, MoneyLab lab, Random random)
    {
        readonly SomeRide _ride = new();
        readonly List<object> _messages = [];
        readonly Lock _lock = new();

        public async Task Run(bool isAuthorized)
        {
            lab.RecordsRequests = false;
            var cards = new[] { "pm_card_visa", "pm_card_mastercard", "pm_card_chargeCustomerFail" };
            var rider = await lab.As("rider", _ride.RiderId);
            List<Guid> methods = [];
            foreach (var card in cards)
                methods.Add(
                    Guid.Parse(
                        (await rider.Post("riders/me/payment-methods", new JsonObject { ["token"] = card })).Text("id")
                    )
                );
            await lab.Deliver(Requested(_ride));
            stripe.Faults = _ => Pick();
            if (isAuthorized)
                _messages.Add(Events.DriverAssigned(_ride.RideId, SomeRide.At, _ride.RiderId));
            for (var round = 0; round < 10; round++)
            {
                if (round == 2)
                    _messages.Add(Completed(_ride));
                if (round == 6)
                    stripe.ForgetKeys();
                if (round > 2 && random.Next(3) == 0)
                    await lab.Send(new PayNow(_ride.RideId, methods[random.Next(methods.Count)]));
                var again = _messages
                    .SelectMany(message => Enumerable.Repeat(message, random.Next(0, 3)))
                    .Select(message => (Func<Task>)(() => lab.Deliver(message)))
                    .Concat(
                        stripe
                            .Events.Where(_ => random.Next(3) == 0)
                            .Select(sent => (Func<Task>)(() => Hear(sent.Body)))
                    )
                    .ToArray();
                random.Shuffle(again);
                await Task.WhenAll(again.Take(10).Select(Task.Run));
                _messages.AddRange(await lab.TakeOutbox());
                await lab.Advance(TimeSpan.FromMinutes(random.Next(0, 12)));
                Captures().ShouldBeLessThanOrEqualTo(1);
            }

            // Stripe works again: the ride is paid, and with one card only.
            stripe.Faults = _ => StripeFault.None;
            for (var day = 0; day < 5; day++)
            {
                foreach (var message in _messages.ToList())
                    await lab.DeliverAndSettle(message);
                await lab.Send(new PayNow(_ride.RideId, methods[0]));
                await lab.Settle();
                await lab.Advance(TimeSpan.FromDays(1));
                stripe.ForgetKeys();
            }
            Captures().ShouldBe(1);
            stripe.Captures.Single().Amount.ShouldBe(1240);
            (await lab.Payment(_ride.RideId)).Status.ShouldBe("Captured");
            lab.SentOf<PaymentCaptured>().Count.ShouldBe(1);

            // The money can be returned, once.
            await RefundAt(lab, _ride.RideId, 12.40m);
            await lab.Advance(TimeSpan.FromDays(1));
            stripe.Returned.ShouldHaveSingleItem().Amount.ShouldBe(1240);
            (await lab.Payment(_ride.RideId)).Status.ShouldBe("Refunded");
        }

        int Captures() => stripe.Captures.Count(capture => capture.Ride == _ride.RideId.ToString());

        // Called by the double, from many threads.
        StripeFault Pick()
        {
            lock (_lock)
                return random.Next(3) == 0 ? (StripeFault)new[] { 1, 2, 4, 5, 6 }[random.Next(5)] : StripeFault.None;
        }

        async Task Hear(string body) => (await Send(lab, body, stripe.Sign(body))).ShouldBe(HttpStatusCode.NoContent);
    }
}
