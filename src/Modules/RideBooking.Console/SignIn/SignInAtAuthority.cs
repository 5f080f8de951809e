using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.OpenIdConnect;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.IdentityModel.Protocols.OpenIdConnect;

namespace RideBooking.Console.SignIn;

/// <summary>Signs operators in at the OpenID Connect authority, with the authorization code flow and PKCE.</summary>
internal static class SignInAtAuthority
{
    const string Scheme = "console-authority";

    public static void AddAuthority(this AuthenticationBuilder authentication, ConsoleOptions options)
    {
        // The handler needs services that the API's bearer tokens do not.
        authentication.Services.AddAuthentication();
        authentication.AddOpenIdConnect(
            Scheme,
            openId =>
            {
                openId.SignInScheme = Session.Scheme;
                openId.Authority = options.Authority;
                openId.ClientId = options.ClientId;
                openId.ClientSecret = options.ClientSecret;
                openId.ResponseType = OpenIdConnectResponseType.Code;
                // The response comes by a redirect and not by a form of another site, so Lax cookies suffice.
                openId.ResponseMode = OpenIdConnectResponseMode.Query;
                openId.CorrelationCookie.SameSite = SameSiteMode.Lax;
                openId.CorrelationCookie.Path = Session.Path;
                openId.CorrelationCookie.SecurePolicy = CookieSecurePolicy.SameAsRequest;
                openId.NonceCookie.SameSite = SameSiteMode.Lax;
                openId.NonceCookie.Path = Session.Path;
                openId.NonceCookie.SecurePolicy = CookieSecurePolicy.SameAsRequest;
                openId.CallbackPath = $"{Session.Path}/signed-in";
                openId.RemoteSignOutPath = default;
                openId.MapInboundClaims = false;
                openId.Scope.Clear();
                foreach (var scope in options.Scopes)
                    openId.Scope.Add(scope);
                openId.Events.OnTokenValidated = Begin;
                openId.Events.OnRemoteFailure = Refuse;
            }
        );
        authentication
            .Services.AddOptions<OpenIdConnectOptions>(Scheme)
            .Configure<IHostEnvironment>(
                (openId, environment) => openId.RequireHttpsMetadata = !environment.IsDevelopment()
            );
    }

    public static void Map(IEndpointRouteBuilder console) =>
        console.MapGet("/sign-in/authority", Challenge).ExcludeFromDescription();

    static Results<ChallengeHttpResult, NotFound> Challenge(string? returnUrl, ConsoleOptions options) =>
        options.UsesAuthority
            ? TypedResults.Challenge(
                new AuthenticationProperties { RedirectUri = Session.ReturnTo(returnUrl) },
                [Scheme]
            )
            : TypedResults.NotFound();

    static async Task Begin(TokenValidatedContext context)
    {
        if (context.TokenEndpointResponse?.AccessToken is not { } token)
        {
            context.Fail(Refusals.NotAToken);
            return;
        }
        var (principal, expires, refusal) = await Session.Check(context.HttpContext, token);
        if (principal is null)
        {
            context.Fail(refusal!);
            return;
        }
        context.Principal = principal;
        context.Properties!.IsPersistent = true;
        context.Properties.ExpiresUtc = expires;
    }

    // An access token that the API refused has a code of its own. The handler logs what else failed.
    static string Code(Exception? failure) =>
        failure?.Message is Refusals.NotAToken or Refusals.NotValid or Refusals.NotAnOperator or Refusals.NoAnswer
            ? failure.Message
            : Refusals.Authority;

    static Task Refuse(RemoteFailureContext context)
    {
        var path = context.Request.PathBase.Add($"{Session.Path}/sign-in");
        context.Response.Redirect($"{path}?refusal={Code(context.Failure)}");
        context.HandleResponse();
        return Task.CompletedTask;
    }
}
