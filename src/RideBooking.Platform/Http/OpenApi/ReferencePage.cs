using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Scalar.AspNetCore;

namespace RideBooking.Platform.Http.OpenApi;

/// <summary>Serves the API description for programs at <c>/openapi/v1.json</c> and for people at <c>/docs</c>.</summary>
/// <remarks>
/// The page loads nothing from elsewhere: no fonts, scripts or telemetry. So it works without the Internet.
/// </remarks>
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
                // Hides the vendor's toolbar: "Deploy", "Generate SDK", "Share".
                page.ShowDeveloperTools = DeveloperToolsVisibility.Never;
                page.HideClientButton = true;
                page.AddPreferredSecuritySchemes(ApiDescription.SecurityScheme);
            }
        );
        routes.MapGet("/", () => TypedResults.Redirect("/docs")).ExcludeFromDescription();
    }
}
