using System.Net;
using RideBooking.Tests.Host;

namespace RideBooking.Tests.Console.SignIn;

/// <summary>The sign-in of a host with an OpenID Connect authority, by a client that follows redirects as a browser does.</summary>
public sealed class SignInAtAuthorityTests : IAsyncLifetime
{
    // More requests without a session than a sign-in needs.
    const int AnonymousRequests = 10;

    Authority _authority = default!;
    HostWithAuthority _host = default!;

    public async ValueTask InitializeAsync()
    {
        _authority = await Authority.Start();
        _host = new HostWithAuthority(_authority.Address);
        _host.UseKestrel(0);
        _host.StartServer();
    }

    public async ValueTask DisposeAsync()
    {
        await _host.DisposeAsync();
        await _authority.DisposeAsync();
    }

    [Fact]
    public async Task An_operator_signs_in_at_the_authority_and_is_led_to_the_page_they_asked_for()
    {
        using var browser = Browser();

        var (asked, page) = await Get(browser, "console/audit");
        asked.ShouldStartWith("/console/sign-in?returnUrl=");
        page.ShouldContain("sign-in/authority?returnUrl=%2Fconsole%2Faudit");

        (asked, page) = await Get(browser, "console/sign-in/authority?returnUrl=%2Fconsole%2Faudit");
        asked.ShouldBe("/console/audit");
        page.ShouldMatch(@"_framework/blazor\.web\.[0-9a-z]{10}\.js");
    }

    [Fact]
    public async Task A_caller_of_another_role_is_refused_with_the_reason_and_has_no_session()
    {
        _authority.Role = "rider";
        using var browser = Browser();

        var (asked, page) = await Get(browser, "console/sign-in/authority");
        asked.ShouldBe("/console/sign-in?refusal=not-an-operator");
        page.ShouldContain("You are not an operator");

        (asked, _) = await Get(browser, "console");
        asked.ShouldStartWith("/console/sign-in");
    }

    [Fact]
    public async Task The_pages_of_a_session_do_not_use_up_the_limit_of_their_address()
    {
        await using var host = new HostWithAuthority(
            _authority.Address,
            ("Limits:AnonymousRequests", "0.001"),
            ("Limits:AnonymousBurst", $"{AnonymousRequests}")
        );
        host.UseKestrel(0);
        host.StartServer();
        using var browser = Browser(host);
        await Get(browser, "console/sign-in/authority?returnUrl=%2Fconsole%2Faudit");

        for (var number = 0; number < 2 * AnonymousRequests; number++)
            (await Get(browser, "console/audit")).Asked.ShouldBe("/console/audit");

        // Others at the address do.
        using var others = Browser(host);
        var statuses = new List<HttpStatusCode>();
        for (var number = 0; number < 2 * AnonymousRequests; number++)
        {
            using var answer = await others.GetAsync("console/sign-in", TestContext.Current.CancellationToken);
            statuses.Add(answer.StatusCode);
        }
        statuses.ShouldContain(HttpStatusCode.TooManyRequests);
    }

    HttpClient Browser() => Browser(_host);

    static HttpClient Browser(HostWithAuthority host) =>
        new(new SocketsHttpHandler { CookieContainer = new CookieContainer(), UseProxy = false })
        {
            BaseAddress = host.ClientOptions.BaseAddress,
        };

    static async Task<(string Asked, string Page)> Get(HttpClient browser, string path)
    {
        using var answer = await browser.GetAsync(path, TestContext.Current.CancellationToken);
        answer.StatusCode.ShouldBe(HttpStatusCode.OK);
        return (
            answer.RequestMessage!.RequestUri!.PathAndQuery,
            await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken)
        );
    }

    sealed class HostWithAuthority(string authority, params (string Key, string Value)[] more)
        : HostInProcess([
            ("Auth:Authority", authority),
            ("Auth:Audience", Authority.Audience),
            ("Console:ClientId", Authority.ClientId),
            .. more,
        ]);
}
