using System.Net;
using RideBooking.Tests.Host;

namespace RideBooking.Tests.Console.SignIn;

/// <summary>The sign-in of a host with an OpenID Connect authority, by a client that follows redirects as a browser does.</summary>
public sealed class SignInAtAuthorityTests : IAsyncLifetime
{
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
        page.ShouldContain("blazor.web.js");
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

    HttpClient Browser() =>
        new(new SocketsHttpHandler { CookieContainer = new CookieContainer(), UseProxy = false })
        {
            BaseAddress = _host.ClientOptions.BaseAddress,
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

    sealed class HostWithAuthority(string authority)
        : HostInProcess(
            ("Auth:Authority", authority),
            ("Auth:Audience", Authority.Audience),
            ("Console:ClientId", Authority.ClientId)
        );
}
