using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Scalar.AspNetCore;

namespace RideBooking.Platform.Http;

/// <summary>
/// The API described for programs at <c>/openapi/v1.json</c> and for people at <c>/docs</c>. The page is served whole from
/// here: no fonts, scripts or telemetry of others, so it works without the Internet.
/// </summary>
internal static class ReferencePage
{
    public static void MapReferencePage(this IEndpointRouteBuilder routes)
    {
        routes.MapOpenApi("/openapi/{documentName}.json");
        routes.MapScalarApiReference(
            "/docs",
            page =>
            {
                page.Title = "RideBooking API";
                page.OpenApiRoutePattern = "/openapi/{documentName}.json";
                page.DefaultFonts = false;
                page.Telemetry = false;
                page.Agent = new ScalarAgentOptions { Disabled = true };
                page.Mcp = new ScalarMcpOptions { Disabled = true };
                // The toolbar of the page's vendor: "Deploy", "Generate SDK", "Share".
                page.ShowDeveloperTools = DeveloperToolsVisibility.Never;
                page.HideClientButton = true;
                page.AddPreferredSecuritySchemes(ApiDescription.SecurityScheme);
            }
        );
        routes.MapGet("/", () => TypedResults.Redirect("/docs")).ExcludeFromDescription();
    }
}
