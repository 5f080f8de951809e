using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using RideBooking.Platform.Http.Authentication;
using RideBooking.Platform.Messaging;
using RideBooking.Platform.Observability;

namespace RideBooking.Platform.Http;

/// <summary>
/// Maps <c>GET /metrics</c> for Prometheus. Outside Development it requires the scrape token or an operator's token.
/// </summary>
/// <remarks>
/// The metrics reveal how business goes. Behind a proxy, the client's address proves nothing, so it is not considered.
/// </remarks>
internal static class MetricsEndpoint
{
    const string Bearer = "Bearer ";

    public static void Map(WebApplication app)
    {
        var open = app.Environment.IsDevelopment();
        var token = app.Services.GetRequiredService<MetricsOptions>().ScrapeToken;
        app.UseWhen(
            context => context.Request.Path.StartsWithSegments(MetricsOptions.Path),
            metrics =>
                metrics.Use(
                    (context, next) =>
                    {
                        if (open || Shows(context, token) || Caller.From(context.User)?.Is(Role.Operator) == true)
                            return next(context);
                        context.Response.StatusCode = StatusCodes.Status401Unauthorized;
                        context.Response.Headers.WWWAuthenticate = "Bearer";
                        return Task.CompletedTask;
                    }
                )
        );
        app.MapPrometheusScrapingEndpoint(MetricsOptions.Path).AllowAnonymous();
    }

    static bool Shows(HttpContext context, string? token) =>
        token is not null
        && context.Request.Headers.Authorization.ToString() is var shown
        && shown.StartsWith(Bearer, StringComparison.OrdinalIgnoreCase)
        && CryptographicOperations.FixedTimeEquals(
            Encoding.UTF8.GetBytes(shown[Bearer.Length..]),
            Encoding.UTF8.GetBytes(token)
        );
}
