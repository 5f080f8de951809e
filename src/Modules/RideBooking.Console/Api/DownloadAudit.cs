using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using RideBooking.Console.SignIn;

namespace RideBooking.Console.Api;

/// <summary>Downloads operators' actions as the API exports them. The browser has no token of its own for the API.</summary>
internal static class DownloadAudit
{
    const string Export = "api/v1/operations/audit/export";

    public static void Map(IEndpointRouteBuilder console) =>
        console.MapGet("/audit.csv", Handle).RequireAuthorization(Session.Policy).ExcludeFromDescription();

    static async Task Handle(HttpContext http, ApiConnection connection)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(Export, UriKind.Relative));
        using var response = await connection.Send(
            request,
            http.User.FindFirst(Session.TokenClaim)?.Value,
            http.RequestAborted
        );
        http.Response.StatusCode = (int)response.StatusCode;
        http.Response.ContentType = response.Content.Headers.ContentType?.ToString();
        http.Response.Headers.ContentDisposition = response.Content.Headers.ContentDisposition?.ToString();
        await response.Content.CopyToAsync(http.Response.Body, http.RequestAborted);
    }
}
