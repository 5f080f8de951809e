using RideBooking.Contracts;
using RideBooking.Payments;
using RideBooking.Payments.Authorizations;
using RideBooking.Payments.Gateway;
using RideBooking.Testing;
using RideBooking.TestKit.Contracts;
using RideBooking.Tests.Payments.Gateway;
using static RideBooking.Testing.Expect;
using static RideBooking.Testing.Step;

namespace RideBooking.Tests.Payments.Authorizations;

/// <summary>The expected fare is reserved when a driver is assigned, and captured or released when the ride ends.</summary>
public sealed class When_the_fare_is_authorized(PaymentLab lab) : IClassFixture<PaymentLab>
{
    static readonly TimeSpan s_minute = TimeSpan.FromMinutes(1);

    readonly SomeRide _ride = new() { RiderId = $"rider-{Guid.CreateVersion7()}" };

    RideRequestedV2 Requested => _ride.Requested with { QuotedFare = Samples.Euro(12.40m) };

    DriverAssigned Assigned => Events.DriverAssigned(_ride.RideId, SomeRide.At, _ride.RiderId);

    FareFinalized Fare(decimal amount = 12.40m) =>
        Events.FareFinalized(_ride.RideId, SomeRide.At, Samples.Euro(amount), _ride.RiderId);

    CancellationFeeAssessedV2 Fee(decimal amount) =>
        Events.CancellationFeeAssessed(_ride.RideId, SomeRide.At, Samples.Euro(amount), _ride.RiderId);

    SagaExpectation<Payment> Payment(string state) => Saga<Payment>(_ride.RideId).Is(state);

    async Task<IReadOnlyList<(string Key, string Outcome, decimal Amount)>> Books() =>
        [
            .. (await lab.Ledger(_ride.RideId)).Select(entry =>
                (entry.Key[$"ride/{_ride.RideId}/".Length..], entry.Outcome, entry.Amount.Amount)
            ),
        ];

    [Fact]
    public async Task It_is_captured_from_the_authorization()
    {
        await lab.AddCard(_ride.RiderId, "tok_visa");
        await lab
            .WithRetries.Given(Requested)
            .When(Assigned)
            .Then(
                Published<AuthorizeCard>(),
                Published<AuthorizationSucceeded>(),
                Published<PaymentAuthorized>().With(new { Amount = Samples.Euro(12.40m) }),
                Payment("Authorized")
            )
            .When(Fare(11m))
            .ThenAmongOthers(
                Published<PaymentCaptured>().With(new { Amount = Samples.Euro(11m) }),
                Payment("Captured")
            );
        (await Books()).ShouldBe([("authorize/1", "used", 12.40m), ("charge/1", "captured", 11m)]);
    }

    [Fact]
    public async Task It_is_kept_for_the_next_driver()
    {
        await lab.AddCard(_ride.RiderId, "tok_visa");
        await lab
            .WithRetries.Given(Requested, Assigned)
            .When(Assigned with { DriverId = "bela", OfferId = Guid.CreateVersion7() })
            .ThenNothing()
            .When(Fare())
            .ThenAmongOthers(Published<PaymentCaptured>());
        (await Books()).Count(entry => entry.Outcome == "used").ShouldBe(1);
    }

    [Fact]
    public async Task A_fee_is_captured_from_it_and_the_rest_is_released()
    {
        await lab.AddCard(_ride.RiderId, "tok_visa");
        await lab
            .WithRetries.Given(Requested, Assigned)
            .When(Fee(5m))
            .ThenAmongOthers(Published<PaymentCaptured>().With(new { Amount = Samples.Euro(5m) }));
        (await Books()).ShouldBe([("authorize/1", "used", 12.40m), ("charge/1", "captured", 5m)]);
    }

    [Fact]
    public async Task It_is_voided_when_the_ride_is_cancelled_free_of_charge()
    {
        await lab.AddCard(_ride.RiderId, "tok_visa");
        await lab
            .WithRetries.Given(Requested, Assigned)
            .When(Fee(0m))
            .Then(
                Published<VoidAuthorization>(),
                Published<AuthorizationVoided>(),
                Payment("NothingDue").Where(payment => payment.AuthorizationState == "voided")
            );
        (await Books()).ShouldBe([("authorize/1", "closed", 12.40m)]);
    }

    [Fact]
    public async Task It_is_voided_when_no_other_driver_is_found_and_not_requested_again()
    {
        await lab.AddCard(_ride.RiderId, "tok_visa");
        await lab
            .WithRetries.Given(Requested, Assigned)
            .When(new NoDriverFound(_ride.RideId, _ride.RiderId, 180, SomeRide.At))
            .Then(Published<VoidAuthorization>(), Published<AuthorizationVoided>(), Payment("Expected"))
            .When(Assigned)
            .ThenNothing();
        (await Books()).ShouldBe([("authorize/1", "closed", 12.40m)]);
    }

    [Fact]
    public async Task A_higher_fare_is_charged_as_a_whole_and_the_authorization_released()
    {
        await lab.AddCard(_ride.RiderId, "tok_visa");
        await lab
            .WithRetries.Given(Requested, Assigned)
            .When(Fare(20m))
            .ThenAmongOthers(Published<PaymentCaptured>().With(new { Amount = Samples.Euro(20m) }));
        (await Books()).ShouldBe([("authorize/1", "closed", 12.40m), ("charge/1", "captured", 20m)]);
    }

    [Fact]
    public async Task An_expired_authorization_is_replaced_by_a_charge()
    {
        await lab.AddCard(_ride.RiderId, "tok_visa");
        await lab
            .WithRetries.Given(Requested, Assigned)
            .When(Passes(SandboxGateway.AuthorizationLifetime), Fare())
            .ThenAmongOthers(Published<PaymentCaptured>(), Payment("Captured"));
        (await Books()).ShouldBe([
            ("authorize/1", "closed", 12.40m),
            ("charge/1", "declined", 12.40m),
            ("charge/2", "captured", 12.40m),
        ]);
    }

    [Fact]
    public async Task A_declined_card_ends_no_ride_and_is_charged_when_the_ride_ends()
    {
        await lab.AddCard(_ride.RiderId, "tok_insufficient_funds");
        var run = await lab
            .WithRetries.Given(Requested)
            .When(Assigned)
            .ThenAmongOthers(
                Published<PaymentAuthorizationFailed>().With(new { Code = "insufficient_funds", Kind = "declined" }),
                Payment("Expected")
            );
        await lab.AddCard(_ride.RiderId, "tok_visa", defaultSince: 2);
        await run.Deliver(Fare(), cancellationToken: TestContext.Current.CancellationToken);
        run.StateOf<Payment>(_ride.RideId).ShouldBe("Captured");
    }

    [Fact]
    public async Task A_rider_who_changes_the_card_pays_with_the_new_one()
    {
        await lab.AddCard(_ride.RiderId, "tok_visa");
        var run = await lab.WithRetries.Given(Requested).When(Assigned).ThenAmongOthers(Payment("Authorized"));
        await lab.AddCard(_ride.RiderId, "tok_mastercard", defaultSince: 2);
        await run.Deliver(Fare(), cancellationToken: TestContext.Current.CancellationToken);
        (await lab.Ledger(_ride.RideId))
            .Select(entry => (entry.Token, entry.Outcome))
            .ShouldBe([("tok_visa", "closed"), ("tok_mastercard", "captured")]);
    }

    [Theory]
    [InlineData("tok_timeout")]
    [InlineData("tok_timeout_lost")]
    public async Task An_authorization_and_a_capture_without_an_answer_are_resolved_under_the_same_keys(string token)
    {
        await lab.AddCard(_ride.RiderId, token);
        await lab
            .WithRetries.Given(Requested, Assigned)
            .When(Passes(s_minute))
            .ThenAmongOthers(Published<PaymentAuthorized>(), Payment("Authorized"))
            .When(Fare())
            .ThenAmongOthers(Payment("Retrying"))
            .When(Passes(s_minute))
            .ThenAmongOthers(Published<PaymentCaptured>());
        (await Books()).ShouldBe([("authorize/1", "used", 12.40m), ("charge/1", "captured", 12.40m)]);
    }

    [Fact]
    public async Task A_ride_that_ends_before_the_gateway_answers_is_charged_without_the_authorization()
    {
        await lab.AddCard(_ride.RiderId, "tok_timeout");
        var run = await lab
            .WithRetries.Given(Requested, Assigned)
            .When(Fare())
            .ThenAmongOthers(Payment("Retrying"))
            .When(Passes(s_minute))
            .ThenAmongOthers(Published<PaymentCaptured>());
        run.Published<PaymentCaptured>().Count.ShouldBe(1);
        (await Books()).ShouldBe([("authorize/1", "closed", 12.40m), ("charge/1", "captured", 12.40m)]);
    }

    [Fact]
    public async Task A_gateway_that_never_answers_is_given_up_and_the_ride_goes_on()
    {
        await lab.AddCard(_ride.RiderId, "tok_unavailable");
        await lab
            .WithRetries.Given(Requested, Assigned)
            .When(Passes(s_minute), Passes(10 * s_minute))
            .ThenAmongOthers(
                Published<PaymentAuthorizationFailed>().With(new { Kind = "unavailable" }),
                Payment("Expected")
            );
        (await Books()).ShouldBe([("authorize/1", "closed", 12.40m)]);
    }
}
