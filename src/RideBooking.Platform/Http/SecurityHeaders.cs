using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace RideBooking.Platform.Http;

/// <summary>
/// What browsers should know: never guess the type, never frame, never pass the address on. Answers of the API are
/// personal, so they are not cached unless the endpoint says otherwise, and run nothing.
/// </summary>
internal static class SecurityHeaders
{
    public static void UseSecurityHeaders(this IApplicationBuilder app) =>
        app.Use(
            (context, next) =>
            {
                // On starting, because the exception handler clears what was set before.
                context.Response.OnStarting(() =>
                {
                    var headers = context.Response.Headers;
                    headers.XContentTypeOptions = "nosniff";
                    headers.XFrameOptions = "DENY";
                    headers["Referrer-Policy"] = "no-referrer";
                    var path = context.Request.Path;
                    if (path.StartsWithSegments("/api") || path.StartsWithSegments("/dev"))
                    {
                        headers.ContentSecurityPolicy = "default-src 'none'; frame-ancestors 'none'";
                        if (headers.CacheControl.Count == 0)
                            headers.CacheControl = "no-store";
                    }

                    return Task.CompletedTask;
                });
                return next(context);
            }
        );
}
