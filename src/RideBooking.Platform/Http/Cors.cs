using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using RideBooking.Platform.Configuration;
using RideBooking.Platform.Http.Idempotency;

namespace RideBooking.Platform.Http;

/// <summary>Lets browser apps of the origins in <c>Cors:Origins</c> call the API. The default is none.</summary>
/// <remarks>The bearer token identifies the caller, so cookies and other credentials are not allowed.</remarks>
internal static class Cors
{
    const string Key = "Cors:Origins";
    static readonly TimeSpan s_preflightMaxAge = TimeSpan.FromHours(1);
    static readonly string[] s_methods = ["GET", "HEAD", "POST", "PUT", "DELETE"];
    static readonly string[] s_exposed =
    [
        "Location",
        "ETag",
        "Retry-After",
        "Link",
        IdempotentPosts.Replayed,
        "Location-Report",
        "Location-Sequence",
    ];

    public static void AddBrowserOrigins(this IServiceCollection services, IConfiguration configuration)
    {
        var origins = Read(configuration);
        services.AddCors(cors =>
            cors.AddDefaultPolicy(policy =>
            {
                if (origins is ["*"])
                    policy.AllowAnyOrigin();
                else
                    policy.WithOrigins(origins);
                policy
                    .WithMethods(s_methods)
                    .AllowAnyHeader()
                    .WithExposedHeaders(s_exposed)
                    .SetPreflightMaxAge(s_preflightMaxAge);
            })
        );
    }

    public static void UseBrowserOrigins(this WebApplication app)
    {
        if (Read(app.Configuration).Length > 0)
            app.UseCors();
    }

    static string[] Read(IConfiguration configuration)
    {
        var section = configuration.GetSection(Key);
        var indexed = section.GetChildren().Select(child => child.Value ?? "").ToArray();
        string[] origins =
            indexed.Length > 0
                ? [.. indexed.Select(origin => origin.Trim())]
                : section.Value?.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
                    ?? [];
        if (origins is ["*"])
            return origins;
        foreach (var origin in origins)
            if (!IsOrigin(origin))
                throw new ConfigurationException(
                    $"{Key} has '{origin}', which is not an origin such as https://app.example.com: a scheme, a host, a port unless it is the scheme's default, and nothing after them."
                );
        return origins;
    }

    // A browser sends the origin in exactly this form, and it is compared as text.
    static bool IsOrigin(string text) =>
        Uri.TryCreate(text, UriKind.Absolute, out var uri)
        && (uri.Scheme == Uri.UriSchemeHttps || uri.Scheme == Uri.UriSchemeHttp)
        && uri.UserInfo.Length == 0
        && uri.GetLeftPart(UriPartial.Authority) == text;
}
