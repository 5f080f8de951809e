using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using RideBooking.Payments.Gateway;
using RideBooking.Platform.Configuration;
using RideBooking.TestKit.Contracts;
using RideBooking.TestKit.Payments;

namespace RideBooking.Tests.Payments.Gateway;

public sealed class StripeOptionsTests
{
    const string Secret = "sk_live_51SecretOfTheAccount";

    static StripeOptions Read(params (string Key, string? Value)[] settings)
    {
        var values = new Dictionary<string, string?>
        {
            ["Payments:Stripe:ApiKey"] = Secret,
            ["Payments:Stripe:WebhookSecret"] = "whsec_1",
        };
        foreach (var (key, value) in settings)
            values[$"Payments:Stripe:{key}"] = value;
        return StripeOptions.Read(new ConfigurationBuilder().AddInMemoryCollection(values).Build());
    }

    [Fact]
    public void Need_a_key_and_a_secret()
    {
        var options = Read();
        (options.ApiBase, options.Timeout, options.WebhookTolerance).ShouldBe(
            (new Uri("https://api.stripe.com"), TimeSpan.FromSeconds(30), TimeSpan.FromMinutes(5))
        );
        options.ToString().ShouldNotContain(Secret);
    }

    [Theory]
    [InlineData("ApiKey", null, "Payments:Stripe:ApiKey is not set")]
    [InlineData("ApiKey", "pk_live_51Publishable", "must be a secret key")]
    [InlineData("WebhookSecret", "", "Payments:Stripe:WebhookSecret is not set")]
    [InlineData("WebhookSecret", "51SecretOfTheAccount", "must be the signing secret")]
    [InlineData("ApiBase", "stripe", "must be an address")]
    [InlineData("ApiBase", "http://localhost:12111", "must begin with https:// for a live key")]
    [InlineData("Timeout", "0", "must be a positive time span")]
    public void Say_what_is_wrong_without_a_secret(string key, string? value, string message)
    {
        var exception = Should.Throw<ConfigurationException>(() => Read((key, value)));
        exception.Message.ShouldContain(message);
        exception.Message.ShouldNotContain("51");
    }

    [Theory]
    [InlineData("pm_card_visa", true)]
    [InlineData("cus_1/pm_1", true)]
    [InlineData("tok_visa", false)]
    [InlineData("pm_1/../../customers", false)]
    [InlineData("cus_1/", false)]
    public void Check_the_default_token(string token, bool isValid)
    {
        if (isValid)
            StripeOptions.Check(token);
        else
            Should
                .Throw<ConfigurationException>(() => StripeOptions.Check(token))
                .Message.ShouldContain("pm_card_visa");
    }

    [Fact]
    public async Task A_wrong_key_fails_loudly_and_is_shown_nowhere()
    {
        const string Wrong = "sk_test_51WrongAndSecret";
        await using var stripe = await StripeDouble.Start();
        await using var lab = await MoneyLab.OpenAt(stripe, ("Payments:Stripe:ApiKey", Wrong));
        var request = new ChargeRequest("ride/1/charge/1", "1", Samples.Euro(5m), "pm_card_visa");
        var exception = await Should.ThrowAsync<InvalidOperationException>(() =>
            lab.Services.GetRequiredService<IPaymentGateway>().Charge(request, MoneyLab.Stop)
        );
        exception.Message.ShouldContain("401");
        exception.Message.ShouldContain("check Payments:Stripe:ApiKey");
        exception.ToString().ShouldNotContain("WrongAndSecret");
        lab.App.Log.ShouldAllBe(entry => !entry.ToString().Contains("WrongAndSecret"));
    }
}
