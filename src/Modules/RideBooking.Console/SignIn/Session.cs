using System.Net;
using System.Security.Claims;
using Microsoft.AspNetCore.Antiforgery;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.Cookies;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.DataProtection.KeyManagement;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.IdentityModel.JsonWebTokens;
using RideBooking.Console.Api;

namespace RideBooking.Console.SignIn;

/// <summary>An operator's session: a cookie, encrypted, with the token that the pages call the API with.</summary>
/// <remarks>
/// The browser cannot read the token. The API does not accept the cookie, so no other site can make a browser act on it. The
/// session ends with its token.
/// </remarks>
internal static class Session
{
    public const string Path = "/console";
    public const string Scheme = "console";
    public const string TokenClaim = "token";

    static readonly Uri s_anyHost = new("http://host");

    /// <summary>Who may see the console's pages: the holders of a session. The API decides what their token may do.</summary>
    public static AuthorizationPolicy Policy { get; } =
        new AuthorizationPolicyBuilder(Scheme).RequireAuthenticatedUser().Build();

    public static void AddSession(this IServiceCollection services, ConsoleOptions options)
    {
        services.AddDataProtection().SetApplicationName("RideBooking");
        services.Replace(ServiceDescriptor.Singleton<IKeyManager, SecretKeys>());
        services.AddAntiforgery(antiforgery =>
        {
            antiforgery.Cookie.Name = "ridebooking-console-form";
            antiforgery.Cookie.Path = Path;
            antiforgery.Cookie.SecurePolicy = CookieSecurePolicy.SameAsRequest;
        });
        services.AddCascadingAuthenticationState();
        var authentication = new AuthenticationBuilder(services).AddCookie(
            Scheme,
            cookie =>
            {
                cookie.Cookie.Name = "ridebooking-console";
                cookie.Cookie.Path = Path;
                cookie.Cookie.HttpOnly = true;
                // Lax, so that links from elsewhere open the page. Every change is made over the page's connection or by a
                // form with an antiforgery token.
                cookie.Cookie.SameSite = SameSiteMode.Lax;
                cookie.Cookie.SecurePolicy = CookieSecurePolicy.SameAsRequest;
                cookie.LoginPath = $"{Path}/sign-in";
                cookie.AccessDeniedPath = $"{Path}/sign-in";
                cookie.ReturnUrlParameter = "returnUrl";
                cookie.SlidingExpiration = false;
            }
        );
        if (options.UsesAuthority)
            authentication.AddAuthority(options);
    }

    public static void Map(IEndpointRouteBuilder console)
    {
        // The form's antiforgery token is that of the session's operator.
        console.MapPost("/sign-out", SignOut).RequireAuthorization(Policy).ExcludeFromDescription();
        SignInAtAuthority.Map(console);
    }

    /// <summary>Begins the session of the holder of a token, if the API accepts it as an operator's.</summary>
    /// <returns>The code of <see cref="Refusals"/>; null if the session has begun.</returns>
    public static async Task<string?> Begin(HttpContext context, string token)
    {
        var (principal, expires, refusal) = await Check(context, token);
        if (principal is null)
            return refusal;
        await context.SignInAsync(
            Scheme,
            principal,
            new AuthenticationProperties { IsPersistent = true, ExpiresUtc = expires }
        );
        return null;
    }

    /// <summary>Asks the API whether it accepts a token as an operator's.</summary>
    public static async Task<(ClaimsPrincipal? Principal, DateTimeOffset? Expires, string? Refusal)> Check(
        HttpContext context,
        string token
    )
    {
        var handler = new JsonWebTokenHandler();
        if (!handler.CanReadToken(token))
            return (null, null, Refusals.NotAToken);
        var connection = context.RequestServices.GetRequiredService<ApiConnection>();
        switch (await connection.Try(token, context.RequestAborted))
        {
            case HttpStatusCode.OK:
                break;
            case HttpStatusCode.Forbidden:
                return (null, null, Refusals.NotAnOperator);
            case HttpStatusCode.Unauthorized:
                return (null, null, Refusals.NotValid);
            default:
                return (null, null, Refusals.NoAnswer);
        }
        // The API has checked the signature. Its clock decides when the token ends; this only ends the cookie with it.
        var jwt = handler.ReadJsonWebToken(token);
        var identity = new ClaimsIdentity(
            [new Claim(ClaimTypes.Name, jwt.Subject), new Claim(TokenClaim, token)],
            Scheme
        );
        return (new ClaimsPrincipal(identity), jwt.ValidTo, null);
    }

    /// <summary>Returns a page of the console to go to after signing in. Other addresses lead to the first page.</summary>
    public static string ReturnTo(string? returnUrl)
    {
        // As a browser resolves it: dot segments, backslashes and other hosts included.
        if (
            returnUrl?.StartsWith('/') != true
            || returnUrl.Any(char.IsControl)
            || !Uri.TryCreate(s_anyHost, returnUrl.Replace('\\', '/'), out var address)
            || address.Host != s_anyHost.Host
        )
            return Path;
        return address.AbsolutePath == Path || address.AbsolutePath.StartsWith($"{Path}/", StringComparison.Ordinal)
            ? address.PathAndQuery
            : Path;
    }

    // The parameter makes it a form's endpoint, whose antiforgery token is checked.
    static async Task<IResult> SignOut(HttpContext context, [FromForm] string? from)
    {
        await context.SignOutAsync(Scheme);
        return TypedResults.LocalRedirect($"~{Path}/sign-in");
    }
}
