using Microsoft.Extensions.Configuration;
using RideBooking.Operations.Alerts;
using RideBooking.Platform.Configuration;

namespace RideBooking.Tests.Operations.Alerts;

public sealed class AlertOptionsTests
{
    static readonly string s_key = Convert.ToBase64String(new byte[32]);

    [Theory]
    [InlineData("Interval", "0")]
    [InlineData("Interval", "00:00:00")]
    [InlineData("EndAfter", "soon")]
    [InlineData("KeepFor", "00:59:00")]
    [InlineData("FailedMessages", "-1")]
    [InlineData("EndpointLag", "-00:00:01")]
    [InlineData("EndpointLag", "00:31:00")]
    [InlineData("SubscriptionLag", "60")]
    [InlineData("OutboxAge", "much")]
    [InlineData("TimersOverdue", "x")]
    [InlineData("Webhook:Url", "alerts.example/secret")]
    [InlineData("Webhook:Url", "ftp://alerts.example/secret")]
    [InlineData("Webhook:Url", "/secret")]
    [InlineData("PublicUrl", "rides.example")]
    [InlineData("PublicUrl", "https://user:word@rides.example")]
    [InlineData("PublicUrl", "https://rides.example/?tenant=1")]
    [InlineData("Webhook:Secret", "not base64 secret")]
    [InlineData("Webhook:Secret", "c2VjcmV0")]
    public void Refuse_a_wrong_setting_by_name_and_show_no_secret(string setting, string value)
    {
        var refused = Should.Throw<ConfigurationException>(() => Read(($"Operations:Alerts:{setting}", value)));

        refused.Message.ShouldStartWith($"Operations:Alerts:{setting} ");
        if (setting.StartsWith("Webhook", StringComparison.Ordinal))
            refused.Message.ShouldNotContain(value);
    }

    [Fact]
    public void Have_defaults_and_no_webhook()
    {
        var options = Read();

        options.FailedMessages.ShouldBe(1);
        options.EndpointLag.ShouldBe(TimeSpan.FromMinutes(1));
        options.Webhook.ShouldBeNull();
    }

    [Theory]
    [InlineData("")]
    [InlineData("whsec_")]
    public void Read_a_secret_with_and_without_its_prefix_and_never_show_it(string prefix)
    {
        var options = Read(
            ("Operations:Alerts:Webhook:Url", "https://user:word@alerts.example:8443/path?token=query"),
            ("Operations:Alerts:Webhook:Secret", prefix + s_key)
        );

        options.Webhook!.Key!.Length.ShouldBe(32);
        options.Webhook.Receiver.ShouldBe("https://alerts.example:8443");
        foreach (var secret in new[] { "word", "path", "query", s_key })
            $"{options}".ShouldNotContain(secret);
    }

    static AlertOptions Read(params (string Key, string Value)[] settings) =>
        AlertOptions.Read(
            new ConfigurationBuilder()
                .AddInMemoryCollection(
                    settings.Select(setting => KeyValuePair.Create<string, string?>(setting.Key, setting.Value))
                )
                .Build()
        );
}
