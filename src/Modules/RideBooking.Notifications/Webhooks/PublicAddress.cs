using System.Net;

namespace RideBooking.Notifications.Webhooks;

/// <summary>Tells the addresses of the internet from those of a private network, of this machine and of special use.</summary>
/// <remarks>
/// A webhook that may name a private address lets the person who sets it reach the services behind the firewall (server-side request
/// forgery). The ranges are those of the IANA registries of special-purpose addresses.
/// </remarks>
internal static class PublicAddress
{
    static readonly IPNetwork[] s_special =
    [
        .. new[]
        {
            "0.0.0.0/8",
            "10.0.0.0/8",
            "100.64.0.0/10",
            "127.0.0.0/8",
            "169.254.0.0/16",
            "172.16.0.0/12",
            "192.0.0.0/24",
            "192.0.2.0/24",
            "192.88.99.0/24",
            "192.168.0.0/16",
            "198.18.0.0/15",
            "198.51.100.0/24",
            "203.0.113.0/24",
            "224.0.0.0/4",
            "240.0.0.0/4",
            "2001::/23",
            "2001:db8::/32",
            "2002::/16",
            "3fff::/20",
        }.Select(IPNetwork.Parse),
    ];

    // The only addresses of IPv6 that are assigned on the internet.
    static readonly IPNetwork s_global = IPNetwork.Parse("2000::/3");

    /// <summary>Whether it is an address of the internet.</summary>
    public static bool IsPublic(this IPAddress address)
    {
        if (address.IsIPv4MappedToIPv6)
            address = address.MapToIPv4();
        if (address.AddressFamily == System.Net.Sockets.AddressFamily.InterNetworkV6 && !s_global.Contains(address))
            return false;
        return !s_special.Any(network =>
            network.BaseAddress.AddressFamily == address.AddressFamily && network.Contains(address)
        );
    }

    /// <summary>Returns what is wrong with the address of a webhook; null if it is allowed.</summary>
    /// <param name="text">The address.</param>
    /// <param name="options">Which addresses are allowed.</param>
    public static string? Check(string text, WebhookOptions options)
    {
        if (
            !Uri.TryCreate(text, UriKind.Absolute, out var url)
            || (url.Scheme != Uri.UriSchemeHttps && url.Scheme != Uri.UriSchemeHttp)
        )
            return "must be an https address";
        if (url is not { UserInfo.Length: 0, Fragment.Length: 0 })
            return "must have no user and no fragment";
        if (options.AllowPrivateTargets)
            return null;
        if (url.Scheme != Uri.UriSchemeHttps)
            return "must be an https address";
        // A name is checked when it is resolved, in each attempt.
        return IPAddress.TryParse(url.DnsSafeHost, out var address) && !address.IsPublic()
            ? "must not be a private address"
            : null;
    }
}
