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
    public void Has_night_booking_fee_and_tax_if_configured()
    {
        var tariff = TariffBook
            .Read(
                Configured(
                    ("Billing:Tariffs:0:Night:Factor", "1.25"),
                    ("Billing:Tariffs:0:Tax:Percent", "7.5"),
                    ("Billing:Tariffs:0:Tax:Tolls", "true")
                )
            )
            .At(DateTimeOffset.Parse("2026-02-01T00:00:00Z"));
        tariff.Night.ShouldBe(new NightWindow(new TimeOnly(22, 0), new TimeOnly(6, 0), 1.25m));
        (tariff.TaxPercent, tariff.TaxesTolls).ShouldBe((7.5m, true));
        (tariff.RatesFor("standard").BookingFee, tariff.RatesFor("standard").NightSupplement).ShouldBe((1.2m, 1.2m));
    }

    [Fact]
    public void Needs_a_night_for_a_supplement() =>
        Should
            .Throw<ConfigurationException>(() =>
                TariffBook.Read(
                    Configured(("Billing:Tariffs:1:Night:From", null), ("Billing:Tariffs:1:Night:To", null))
                )
            )
            .Message.ShouldContain("Billing:Tariffs:1:Classes:standard:NightSupplement");

    [Fact]
    public void Without_the_optional_values_is_the_tariff_of_before()
    {
        var tariff = Tariff.Default;
        (tariff.City, tariff.Night, tariff.TaxPercent, tariff.TaxesTolls).ShouldBe((null, null, 0m, false));
        tariff.Classes.Values.ShouldAllBe(rates => rates.BookingFee == 0 && rates.NightSupplement == 0);
    }

    // In Berlin the clock goes from 2:00 to 3:00 at 1:00 UTC on 29 March, and from 3:00 to 2:00 at 1:00 UTC on 25 October.
    [Theory]
    [InlineData("2026-03-28T21:00:00Z", "22:00", "06:00", true)] // 22:00, in winter
    [InlineData("2026-03-28T20:59:59Z", "22:00", "06:00", false)]
    [InlineData("2026-03-29T03:59:59Z", "22:00", "06:00", true)] // 5:59, in summer
    [InlineData("2026-03-29T04:00:00Z", "22:00", "06:00", false)]
    [InlineData("2026-10-24T20:00:00Z", "22:00", "06:00", true)] // 22:00, in summer
    [InlineData("2026-10-25T04:59:59Z", "22:00", "06:00", true)] // 5:59, in winter
    [InlineData("2026-10-25T05:00:00Z", "22:00", "06:00", false)]
    [InlineData("2026-03-29T00:59:59Z", "02:00", "03:00", false)] // 1:59
    [InlineData("2026-03-29T01:00:00Z", "02:00", "03:00", false)] // 3:00: the hour was skipped
    [InlineData("2026-10-25T00:00:00Z", "02:00", "03:00", true)] // 2:00, for the first time
    [InlineData("2026-10-25T01:59:59Z", "02:00", "03:00", true)] // 2:59, for the second time
    [InlineData("2026-10-25T02:00:00Z", "02:00", "03:00", false)]
    [InlineData("2026-07-01T10:00:00Z", "00:00", "00:00", true)] // a night without end
    public void Knows_its_nights_when_clocks_change(string instant, string from, string to, bool isNight)
    {
        var tariff = Tariff.Default with
        {
            TimeZone = TimeZoneInfo.FindSystemTimeZoneById("Europe/Berlin"),
            Night = new NightWindow(TimeOnly.Parse(from), TimeOnly.Parse(to), 1m),
        };
        tariff.IsNight(DateTimeOffset.Parse(instant)).ShouldBe(isNight);
    }

    [Theory]
    [InlineData("2026-03-29", 7)]
    [InlineData("2026-10-25", 9)]
    [InlineData("2026-06-01", 8)]
    public void Has_nights_that_are_as_long_as_the_clock_says(string morning, int hours)
    {
        var berlin = TimeZoneInfo.FindSystemTimeZoneById("Europe/Berlin");
        var tariff = Tariff.Default with
        {
            TimeZone = berlin,
            Night = new NightWindow(new TimeOnly(22, 0), new TimeOnly(6, 0), 1m),
        };
        var noon = TimeZoneInfo.ConvertTimeToUtc(DateTime.Parse(morning).AddHours(12), berlin);
        Enumerable
            .Range(1, 24)
            .Count(hour => tariff.IsNight(new DateTimeOffset(noon.AddHours(-hour), TimeSpan.Zero)))
            .ShouldBe(hours);
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
    [InlineData("Billing:Tariffs:0:Classes:standard:BookingFee", "1.234")]
    [InlineData("Billing:Tariffs:0:Classes:standard:NightSupplement", "-1")]
    [InlineData("Billing:Tariffs:0:Night:From", "24:00")]
    [InlineData("Billing:Tariffs:0:Night:Factor", "0.9")]
    [InlineData("Billing:Tariffs:0:Tax:Percent", "101")]
    [InlineData("Billing:Tariffs:0:Tax:Tolls", "perhaps")]
    [InlineData("Billing:Tariffs:0:City", "atlantis")]
    [InlineData("Billing:Tariffs:1:Version", "v0")]
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
                .Select(rate => ($"Billing:Tariffs:0:Classes:standard:{rate.Name}", (string?)amount)),
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

    static IConfiguration Configured(params (string Key, string? Value)[] changes)
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
            settings[$"{tariff}:Night:From"] = "22:00";
            settings[$"{tariff}:Night:To"] = "06:00";
            settings[$"{tariff}:Peaks:0:Days"] = "Monday, friday";
            settings[$"{tariff}:Peaks:0:From"] = "07:00";
            settings[$"{tariff}:Peaks:0:To"] = "09:00";
            settings[$"{tariff}:Peaks:0:Multiplier"] = "1.5";
        }
        foreach (var (key, value) in changes)
            if (value is null)
                settings.Remove(key);
            else
                settings[key] = value;
        return new ConfigurationBuilder().AddInMemoryCollection(settings).Build();
    }
}
