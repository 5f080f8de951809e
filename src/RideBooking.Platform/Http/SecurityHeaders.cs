using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using RideBooking.Platform.Messaging;

namespace RideBooking.Platform.Http;

/// <summary>Sets security headers for browsers: no guessing of the type, no framing, no referrer.</summary>
/// <remarks>
/// Answers of the API are personal, so they are not cached unless the endpoint allows it, and nothing in them is executed.
/// </remarks>
internal static class SecurityHeaders
{
    public static void UseSecurityHeaders(this IApplicationBuilder app) =>
        app.Use(
            (context, next) =>
            {
                // When the response starts, because the exception handler clears headers that were set earlier.
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
