using System.Text.Json;
using RideBooking.Contracts;

namespace RideBooking.Tests.Contracts;

public sealed class MoneyTests
{
    [Theory]
    [InlineData("12.4", "EUR", "12.40")]
    [InlineData("0", "EUR", "0.00")]
    [InlineData("2188", "JPY", "2188")]
    [InlineData("2188.0000", "JPY", "2188")]
    [InlineData("0.0000", "KRW", "0")]
    [InlineData("1.5", "KWD", "1.500")]
    [InlineData("1.2340", "BHD", "1.234")]
    [InlineData("0.00015", "EUR", "0.0002")]
    public void Is_written_with_the_decimals_of_its_currency(string amount, string currency, string written)
    {
        var money = new Money(decimal.Parse(amount), currency);
        JsonSerializer.Serialize(money).ShouldBe($$"""{"amount":"{{written}}","currency":"{{currency}}"}""");
    }

    [Theory]
    [InlineData("0.005", "EUR", "0.01 EUR")]
    [InlineData("0.015", "EUR", "0.02 EUR")]
    [InlineData("0.025", "EUR", "0.03 EUR")]
    [InlineData("0.0249", "EUR", "0.02 EUR")]
    [InlineData("2188.5", "JPY", "2189 JPY")]
    [InlineData("2188.49", "JPY", "2188 JPY")]
    [InlineData("0.0005", "KWD", "0.001 KWD")]
    [InlineData("1.23449", "TND", "1.234 TND")]
    public void Is_rounded_half_up_to_the_minor_unit(string exact, string currency, string rounded) =>
        Money.Rounded(decimal.Parse(exact), currency).ToString().ShouldBe(rounded);

    [Theory]
    [InlineData("1.00", "JPY", true)]
    [InlineData("1.50", "JPY", false)]
    [InlineData("1.234", "KWD", true)]
    [InlineData("1.234", "EUR", false)]
    [InlineData("1.2300", "EUR", true)]
    public void Knows_whether_it_is_in_minor_units(string amount, string currency, bool isIt) =>
        new Money(decimal.Parse(amount), currency).IsInMinorUnits().ShouldBe(isIt);
}
