using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;

namespace RideBooking.Platform.Http;

/// <summary>Refuses bodies in an encoding that cannot be read with 415, which the framework answers with 500.</summary>
internal static class BodyEncoding
{
    public static void UseBodyEncoding(this IApplicationBuilder app) =>
        app.Use(
            (context, next) =>
            {
                if (
                    !MediaTypeHeaderValue.TryParse(context.Request.ContentType, out var type)
                    || !type.Charset.HasValue
                    || IsKnown(HeaderUtilities.RemoveQuotes(type.Charset).ToString())
                )
                    return next(context);
                context.Response.StatusCode = StatusCodes.Status415UnsupportedMediaType;
                return Task.CompletedTask;
            }
        );

    static bool IsKnown(string charset)
    {
        try
        {
            Encoding.GetEncoding(charset);
            return true;
        }
        catch (Exception unknown) when (unknown is ArgumentException or NotSupportedException)
        {
            return false;
        }
    }
}
