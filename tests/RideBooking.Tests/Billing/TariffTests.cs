using Microsoft.Extensions.Configuration;
using RideBooking.Billing;
using RideBooking.Platform.Configuration;

namespace RideBooking.Tests.Billing;

public sealed class TariffTests
{
    [Theory]
    [InlineData("2026-01-05T06:59:59Z", 1.0)] // Monday
    [InlineData("2026-01-05T07:00:00Z", 1.25)]
    [InlineData("2026-01-05T09:29:59Z", 1.25)]
    [InlineData("2026-01-05T09:30:00Z", 1.0)]
    [InlineData("2026-01-10T08:00:00Z", 1.0)] // Saturday morning
    [InlineData("2026-01-09T22:00:00Z", 1.5)] // Friday night
    [InlineData("2026-01-10T02:59:59Z", 1.5)]
    [InlineData("2026-01-10T03:00:00Z", 1.0)]
    [InlineData("2026-01-11T01:00:00Z", 1.5)] // Saturday night
    [InlineData("2026-01-12T01:00:00Z", 1.0)] // Sunday night
    [InlineData("2026-01-09T01:00:00Z", 1.0)] // Thursday night
    public void Knows_its_peaks(string instant, double surge) =>
        Tariff.Default.SurgeAt(DateTimeOffset.Parse(instant)).ShouldBe((decimal)surge);

    [Fact]
    public void Computes_its_peaks_in_the_time_zone_of_its_city()
    {
        var tariff = Tariff.Default with
        {
            TimeZone = TimeZoneInfo.CreateCustomTimeZone("east", TimeSpan.FromHours(2), "east", "east"),
        };
        tariff.SurgeAt(DateTimeOffset.Parse("2026-01-05T05:00:00Z")).ShouldBe(1.25m);
        tariff.SurgeAt(DateTimeOffset.Parse("2026-01-05T08:00:00Z")).ShouldBe(1m);
    }

    [Fact]
    public void Is_valid_until_the_next_one()
    {
        var book = TariffBook.Read(Configured(("Billing:Tariffs:1:ValidFrom", "2026-06-01T00:00:00Z")));
        book.At(DateTimeOffset.Parse("2020-01-01T00:00:00Z")).Version.ShouldBe("v0");
        book.At(DateTimeOffset.Parse("2026-05-31T23:59:59Z")).Version.ShouldBe("v0");
        book.At(DateTimeOffset.Parse("2026-06-01T00:00:00Z")).Version.ShouldBe("v1");
        var standard = book.At(DateTimeOffset.Parse("2026-06-01T00:00:00Z")).RatesFor("standard");
        (standard.PerKilometer, standard.NoShowFee).ShouldBe((1.2m, 1.2m));
    }

    [Fact]
    public void Is_the_default_when_none_is_configured() =>
        TariffBook.Read(new ConfigurationBuilder().Build()).At(DateTimeOffset.UnixEpoch).ShouldBe(Tariff.Default);

    [Theory]
    [InlineData("Billing:Tariffs:0:Version", "")]
    [InlineData("Billing:Tariffs:0:ValidFrom", "soon")]
    [InlineData("Billing:Tariffs:0:Currency", "Euro")]
    [InlineData("Billing:Tariffs:0:TimeZone", "Atlantis/Centre")]
    [InlineData("Billing:Tariffs:0:Classes:standard:Base", "-1")]
    [InlineData("Billing:Tariffs:0:Classes:standard:Base", "1,5")]
    [InlineData("Billing:Tariffs:0:Classes:standard:Base", "1.234")]
    [InlineData("Billing:Tariffs:0:Classes:standard:NoShowFee", "1000000.01")]
    [InlineData("Billing:Tariffs:0:MaxTolls", "0.001")]
    [InlineData("Billing:Tariffs:0:Classes:standard:PerMinute", "")]
    [InlineData("Billing:Tariffs:0:Peaks:0:Days", "Someday")]
    [InlineData("Billing:Tariffs:0:Peaks:0:Days", "1")]
    [InlineData("Billing:Tariffs:0:Peaks:0:From", "25:00")]
    [InlineData("Billing:Tariffs:0:Peaks:0:Multiplier", "0.5")]
    public void Refuses_invalid_values_and_names_the_setting(string key, string value) =>
        Should
            .Throw<ConfigurationException>(() => TariffBook.Read(Configured((key, value))))
            .Message.ShouldContain(key);

    [Theory]
    [InlineData("EUR", "1.23", true, "200")]
    [InlineData("EUR", "1.234", false, "")]
    [InlineData("JPY", "120", true, "20000")]
    [InlineData("JPY", "1.2", false, "")]
    [InlineData("KWD", "1.234", true, "200")]
    [InlineData("KWD", "1.2345", false, "")]
    public void Has_no_more_decimals_than_its_currency(string currency, string amount, bool isAccepted, string maxTolls)
    {
        var settings = Configured([
            ("Billing:Tariffs:0:Currency", currency),
            .. typeof(Rates)
                .GetProperties()
                .Select(rate => ($"Billing:Tariffs:0:Classes:standard:{rate.Name}", amount)),
        ]);
        if (isAccepted)
            TariffBook
                .Read(settings)
                .At(DateTimeOffset.Parse("2026-01-01T00:00:00Z"))
                .MaxTolls.ShouldBe(decimal.Parse(maxTolls));
        else
            Should.Throw<ConfigurationException>(() => TariffBook.Read(settings)).Message.ShouldContain("decimals");
    }

    [Fact]
    public void Must_have_the_standard_class() =>
        Should
            .Throw<ConfigurationException>(() =>
                TariffBook.Read(
                    new ConfigurationBuilder()
                        .AddInMemoryCollection(
                            new Dictionary<string, string?> { ["Billing:Tariffs:0:Classes:xl:Base"] = "1" }
                        )
                        .Build()
                )
            )
            .Message.ShouldContain("standard");

    static IConfiguration Configured(params (string Key, string Value)[] changes)
    {
        var settings = new Dictionary<string, string?>();
        for (var version = 0; version < 2; version++)
        {
            var tariff = $"Billing:Tariffs:{version}";
            settings[$"{tariff}:Version"] = $"v{version}";
            settings[$"{tariff}:ValidFrom"] = "2026-01-01T00:00:00Z";
            settings[$"{tariff}:Currency"] = "EUR";
            foreach (var rate in typeof(Rates).GetProperties())
                settings[$"{tariff}:Classes:standard:{rate.Name}"] = "1.2";
            settings[$"{tariff}:Peaks:0:Days"] = "Monday, friday";
            settings[$"{tariff}:Peaks:0:From"] = "07:00";
            settings[$"{tariff}:Peaks:0:To"] = "09:00";
            settings[$"{tariff}:Peaks:0:Multiplier"] = "1.5";
        }
        foreach (var (key, value) in changes)
            settings[key] = value;
        return new ConfigurationBuilder().AddInMemoryCollection(settings).Build();
    }
}
