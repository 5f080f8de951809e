using CsCheck;
using RideBooking.Contracts;
using RideBooking.Payments;
using RideBooking.Payments.Refunds;
using RideBooking.TestKit.Contracts;

namespace RideBooking.Tests.Payments.Refunds;

/// <summary>What an operator may refund, whatever was refunded before.</summary>
public sealed class RefundPlanTests
{
    static readonly FareLine[] s_fare =
    [
        new("upfrontFare", "Fare as quoted", Samples.Euro(10m)),
        new("waiting", "Waiting", Samples.Euro(0.35m)),
        new("tolls", "Tolls", Samples.Euro(3m)),
        new("discount", "Discount", Samples.Euro(-1m)),
    ];

    static readonly string[] s_codes = ["upfrontFare", "waiting", "tolls", "discount", "unknown"];

    static readonly Gen<RefundPlan.Part> s_part =
        from code in Gen.Int[0, 4].Select(index => s_codes[index])
        from cents in Gen.Int[0, 1100]
        from isWhole in Gen.Bool
        select new RefundPlan.Part(code, isWhole ? null : Samples.Euro(cents / 100m));

    static readonly Gen<(Money? Amount, RefundPlan.Part[]? Parts)> s_request = Gen.OneOf(
        Gen.Int[0, 1300].Select(cents => ((Money?)Samples.Euro(cents / 100m), (RefundPlan.Part[]?)null)),
        s_part.Array[1, 3].Select(parts => ((Money?)null, (RefundPlan.Part[]?)parts))
    );

    /// <summary>No sequence of requests returns more than was captured, or more of a line than the line.</summary>
    [Fact]
    public void Never_exceeds_the_payment_nor_a_line() =>
        s_request
            .Array[1, 12]
            .Sample(requests =>
            {
                var payment = new Payment { Due = Samples.Euro(12.35m) };
                foreach (var (amount, parts) in requests)
                {
                    var (plan, error) = RefundPlan.Of(payment, s_fare, amount, parts);
                    (plan is null).ShouldBe(error is not null);
                    if (plan is null)
                        continue;
                    plan.Amount.Amount.ShouldBeGreaterThan(0m);
                    plan.Amount.IsInMinorUnits().ShouldBeTrue();
                    if (parts is not null)
                        plan.Lines.Sum(line => line.Amount.Amount).ShouldBe(plan.Amount.Amount);
                    payment.Refunds = [.. payment.Refunds ?? [], Succeeded(payment.NextRefund(), plan)];
                }
                payment.Refunded().Amount.ShouldBeLessThanOrEqualTo(12.35m);
                foreach (var line in s_fare)
                    payment.RefundedOf(line.Code).ShouldBeLessThanOrEqualTo(Math.Max(0, line.Amount.Amount));
            });

    [Fact]
    public void Is_all_that_is_left_if_nothing_else_is_asked_for()
    {
        var payment = new Payment { Due = Samples.Euro(12.35m) };
        payment.Refunds = [Succeeded(1, new RefundPlan(Samples.Euro(2m), []))];
        RefundPlan.Of(payment, s_fare, null, null).Plan!.Amount.ShouldBe(Samples.Euro(10.35m));
    }

    static Refund Succeeded(int number, RefundPlan plan) =>
        new(
            number,
            Guid.CreateVersion7(),
            plan.Amount,
            plan.Lines,
            RefundReason.Goodwill,
            "goodwill",
            "op",
            DriverBears: true,
            RefundStates.Succeeded,
            FailureCode: null,
            Attempt: 1,
            RetryAt: null,
            SomeRide.At,
            SomeRide.At
        );
}
