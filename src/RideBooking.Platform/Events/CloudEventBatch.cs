using System.Globalization;
using System.Reflection;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Json;
using Microsoft.AspNetCore.Http.Metadata;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace RideBooking.Platform.Events;

/// <summary>Answers with a page of the event log as a batch of CloudEvents, and with a <c>Link</c> to the next page.</summary>
/// <param name="events">The page.</param>
/// <param name="next">The position to read on from.</param>
internal sealed class CloudEventBatch(IReadOnlyList<CloudEvent> events, long next) : IResult, IEndpointMetadataProvider
{
    internal const string MediaType = "application/cloudevents-batch+json";

    /// <summary>Whether the client asks for this format, and does not prefer the API's own.</summary>
    public static bool IsAccepted(HttpRequest request)
    {
        var accepted = request.GetTypedHeaders().Accept;
        return Quality(MediaType) is > 0 and var quality && quality >= Quality("application/json");

        double Quality(string mediaType) =>
            accepted
                .Where(range => range.MediaType.Equals(mediaType, StringComparison.OrdinalIgnoreCase))
                .Select(range => range.Quality ?? 1)
                .DefaultIfEmpty(0)
                .Max();
    }

    /// <inheritdoc />
    public Task ExecuteAsync(HttpContext httpContext)
    {
        var (request, response) = (httpContext.Request, httpContext.Response);
        var query = QueryString
            .Create("after", next.ToString(CultureInfo.InvariantCulture))
            .Add(QueryString.Create(request.Query.Where(given => !IsAfter(given.Key))));
        response.Headers.Link = $"<{request.PathBase}{request.Path}{query}>; rel=\"next\"";
        var json = httpContext.RequestServices.GetRequiredService<IOptions<JsonOptions>>().Value.SerializerOptions;
        return response.WriteAsJsonAsync(events, json, MediaType, httpContext.RequestAborted);
    }

    static bool IsAfter(string parameter) => parameter.Equals("after", StringComparison.OrdinalIgnoreCase);

    /// <inheritdoc />
    public static void PopulateMetadata(MethodInfo method, EndpointBuilder builder) =>
        builder.Metadata.Add(
            new ProducesResponseTypeMetadata(StatusCodes.Status200OK, typeof(CloudEvent[]), [MediaType])
        );
}
