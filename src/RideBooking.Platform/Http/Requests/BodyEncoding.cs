using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Metadata;
using Microsoft.Net.Http.Headers;
using RideBooking.Platform.Messaging;

namespace RideBooking.Platform.Http.Requests;

/// <summary>
/// Lets every endpoint read UTF-8, whatever charset the body was declared in. An unreadable charset is refused with 415.
/// </summary>
/// <remarks>
/// The framework alone answers 500 for a charset that it does not know and for one in quotes, which RFC 9110 allows.
/// </remarks>
internal static class BodyEncoding
{
    public static void UseBodyEncoding(this IApplicationBuilder app) =>
        app.Use(
            (context, next) =>
            {
                var request = context.Request;
                if (
                    !MediaTypeHeaderValue.TryParse(request.ContentType, out var type)
                    || !type.Charset.HasValue
                    // An endpoint that takes no body reads none.
                    || context.GetEndpoint()?.Metadata.GetMetadata<IAcceptsMetadata>() is null
                )
                    return next(context);

                if (Find(HeaderUtilities.UnescapeAsQuotedString(type.Charset).ToString()) is not { } encoding)
                {
                    context.Response.StatusCode = StatusCodes.Status415UnsupportedMediaType;
                    return Task.CompletedTask;
                }

                if (encoding.CodePage != Encoding.UTF8.CodePage)
                {
                    request.Body = Encoding.CreateTranscodingStream(request.Body, encoding, Encoding.UTF8);
                    // The declared length is that of the original encoding.
                    request.ContentLength = null;
                }
                request.ContentType = type.MediaType.ToString();
                return next(context);
            }
        );

    static Encoding? Find(string charset)
    {
        try
        {
            return Encoding.GetEncoding(charset);
        }
        catch (Exception exception) when (exception is ArgumentException or NotSupportedException)
        {
            // This is not the registered name, but many clients send it.
            return charset.Equals("utf8", StringComparison.OrdinalIgnoreCase) ? Encoding.UTF8 : null;
        }
    }
}
