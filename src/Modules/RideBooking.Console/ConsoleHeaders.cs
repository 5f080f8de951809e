using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using RideBooking.Console.SignIn;

namespace RideBooking.Console;

/// <summary>Sets the content security policy of the console's pages: everything comes from this host.</summary>
/// <remarks>
/// Scripts are files only, without inline scripts and without <c>eval</c>. MudBlazor writes its theme and the positions of its
/// parts as inline styles, so these are allowed.
/// </remarks>
internal static class ConsoleHeaders
{
    const string Policy =
        "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; connect-src 'self'; "
        + "form-action 'self'; base-uri 'self'; frame-ancestors 'none'";

    public static void UseConsoleHeaders(this IApplicationBuilder app) =>
        app.Use(
            (context, next) =>
            {
                if (context.Request.Path.StartsWithSegments(Session.Path))
                    context.Response.OnStarting(() =>
                    {
                        context.Response.Headers.ContentSecurityPolicy = Policy;
                        context.Response.Headers.CacheControl = "no-store";
                        return Task.CompletedTask;
                    });
                return next(context);
            }
        );
}
