using RideBooking.Billing;
using RideBooking.Contracts;

namespace RideBooking.Tests.Billing;

public sealed class CancellationFeeTests
{
    static readonly Tariff s_yen = Tariff.Default with
    {
        Currency = "JPY",
        TaxPercent = 10,
        Classes = new Dictionary<string, Rates> { ["standard"] = new(250m, 131m, 33m, 700m, 45m, 500m, 701m, 90m) },
    };

    [Theory]
    [InlineData("LateCancellation", "standard", 5)]
    [InlineData("LateCancellation", "xl", 8)]
    [InlineData("NoShow", "standard", 7)]
    [InlineData("NoShow", "comfort", 9)]
    [InlineData("NoShow", "helicopter", 7)]
    public void Is_the_amount_of_the_class_for_what_is_charged(string charge, string vehicleClass, int due)
    {
        var fee = Of(charge, vehicleClass, Tariff.Default);
        fee.Amount.ShouldBe(new Money(due, "EUR"));
        fee.WaiverReason.ShouldBeNull();
        fee.Lines.ShouldHaveSingleItem().Amount.ShouldBe(fee.Amount);
        fee.Lines.Single().Code.ShouldBe(FareLine.CancellationFeeCode);
    }

    [Fact]
    public void Has_neither_tax_nor_booking_fee() =>
        Of("NoShow", "standard", s_yen).Amount.ShouldBe(new Money(701m, "JPY"));

    [Fact]
    public void Is_zero_in_the_currency_of_the_tariff_when_it_is_waived()
    {
        var waived = CancellationFee.Of(
            new CancellationVerdict(CancellationCharge.None, WaiverReason.DriverLate),
            "standard",
            s_yen
        );
        (waived.Amount, waived.WaiverReason, waived.Lines.Count).ShouldBe((new Money(0m, "JPY"), "driverLate", 0));
    }

    static CancellationFee Of(string charge, string vehicleClass, Tariff tariff) =>
        CancellationFee.Of(new CancellationVerdict(Enum.Parse<CancellationCharge>(charge), null), vehicleClass, tariff);
}
