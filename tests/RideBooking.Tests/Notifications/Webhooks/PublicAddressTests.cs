using System.Net;
using RideBooking.Notifications.Webhooks;

namespace RideBooking.Tests.Notifications.Webhooks;

public sealed class PublicAddressTests
{
    [Theory]
    [InlineData("8.8.8.8", true)]
    [InlineData("172.32.0.1", true)]
    [InlineData("2a00:1450:4001:810::200e", true)]
    [InlineData("::ffff:8.8.8.8", true)]
    [InlineData("0.0.0.0", false)]
    [InlineData("10.1.2.3", false)]
    [InlineData("100.64.0.1", false)]
    [InlineData("127.0.0.1", false)]
    [InlineData("169.254.169.254", false)]
    [InlineData("172.16.0.1", false)]
    [InlineData("172.31.255.255", false)]
    [InlineData("192.168.1.1", false)]
    [InlineData("224.0.0.1", false)]
    [InlineData("255.255.255.255", false)]
    [InlineData("::", false)]
    [InlineData("::1", false)]
    [InlineData("::ffff:10.1.2.3", false)]
    [InlineData("64:ff9b::a01:203", false)]
    [InlineData("2002:a01:203::1", false)]
    [InlineData("fc00::1", false)]
    [InlineData("fe80::1", false)]
    [InlineData("ff02::1", false)]
    [InlineData("2001:db8::1", false)]
    public void Private_and_special_addresses_are_not_public(string address, bool isPublic) =>
        IPAddress.Parse(address).IsPublic().ShouldBe(isPublic);

    [Theory]
    [InlineData("https://hotel.example/events?token=1", null)]
    [InlineData("https://8.8.8.8:8443/", null)]
    [InlineData("http://hotel.example/events", "must be an https address")]
    [InlineData("ftp://hotel.example/events", "must be an https address")]
    [InlineData("/events", "must be an https address")]
    [InlineData("https://user:word@hotel.example/", "must have no user and no fragment")]
    [InlineData("https://hotel.example/#top", "must have no user and no fragment")]
    [InlineData("https://127.0.0.1/", "must not be a private address")]
    [InlineData("https://[::1]/", "must not be a private address")]
    [InlineData("https://[::ffff:10.0.0.1]/", "must not be a private address")]
    // All of these are ways to write 127.0.0.1.
    [InlineData("https://127.1/", "must not be a private address")]
    [InlineData("https://2130706433/", "must not be a private address")]
    [InlineData("https://0x7f.1/", "must not be a private address")]
    public void The_address_of_a_webhook_is_public_and_https(string url, string? wrong) =>
        PublicAddress.Check(url, new WebhookOptions(AllowPrivateTargets: false)).ShouldBe(wrong);
}
